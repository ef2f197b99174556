/* orders.h: what the torture tells the library that it preloads into the shard (faults.c), and what
 * that counts: one page in a file that both map. */
#pragma once

#include <stdint.h>

enum parley_call { PARLEY_CALL_WRITE, PARLEY_CALL_SYNC, PARLEY_CALL_MALLOC, PARLEY_CALLS };

struct parley_orders {
    int64_t steady_offset_s;              /* added to the steady clock: time that has passed */
    int64_t clock_offset_s;               /* added to the wall clock */
    uint64_t fail_nth[PARLEY_CALLS];      /* 0: none; the count goes on from calls */
    uint64_t fail_calls[PARLEY_CALLS];    /* so many of them, from the Nth on */
    uint64_t calls[PARLEY_CALLS];         /* that SQLite has made */
    uint64_t failed[PARLEY_CALLS];
    uint64_t sqlite_found;                /* 1: its calls can be told from others' */
};
