// words.hpp: what the overlay says. All words come from the languages of plugin/lang and, over one
// of them, the studio's words file, which also words its presence tokens and names its keys.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/error.hpp"
#include "schemas/base/result.hpp"
#include "schemas/wire/generated.hpp"

namespace parley::overlay {

// X(Enumerator, "key in the words file")
#define PARLEY_WORDS(X)                                                                            \
    X(RoomGlobal, "room.global")                                                                   \
    X(RoomTeam, "room.team")                                                                       \
    X(RoomParty, "room.party")                                                                     \
    X(RoomDirect, "room.direct")                                                                   \
    X(RoomGuild, "room.guild")                                                                     \
    X(TimeToday, "time.today")                                                                     \
    X(TimeYesterday, "time.yesterday")                                                             \
    X(TimeDate, "time.date")                                                                       \
    X(TimeMonths, "time.months")                                                                   \
    X(TimeNow, "time.now")                                                                         \
    X(TimeMinutes, "time.minutes")                                                                 \
    X(TimeHours, "time.hours")                                                                     \
    X(TimeDays, "time.days")                                                                       \
    X(ListYou, "list.you")                                                                         \
    X(ListSomeone, "list.someone")                                                                 \
    X(ListEdited, "list.edited")                                                                   \
    X(ListDeleted, "list.deleted")                                                                 \
    X(ListSending, "list.sending")                                                                 \
    X(ListNew, "list.new")                                                                         \
    X(ListNewBelow, "list.new_below")                                                              \
    X(ListNewAbove, "list.new_above")                                                              \
    X(ListToNewest, "list.to_newest")                                                              \
    X(ListNotSent, "list.not_sent")                                                                \
    X(ListWait, "list.wait")                                                                       \
    X(ListRetry, "list.retry")                                                                     \
    X(ListQuoteGone, "list.quote_gone")                                                            \
    X(ListLoading, "list.loading")                                                                 \
    X(ListBeginning, "list.beginning")                                                             \
    X(ListEmptyTitle, "list.empty_title")                                                          \
    X(ListEmptyHint, "list.empty_hint")                                                            \
    X(ListTypingOne, "list.typing_one")                                                            \
    X(ListTypingTwo, "list.typing_two")                                                            \
    X(ListTypingThree, "list.typing_three")                                                        \
    X(ListTypingMany, "list.typing_many")                                                          \
    X(ListJoined, "list.joined")                                                                   \
    X(ListLeft, "list.left")                                                                       \
    X(ListRemoved, "list.removed")                                                                 \
    X(ListPromoted, "list.promoted")                                                               \
    X(ListReplying, "list.replying")                                                               \
    X(ListLeftOut, "list.left_out")                                                                \
    X(ListSlow, "list.slow")                                                                       \
    X(ListSlowForOthers, "list.slow_for_others")                                                   \
    X(ListSlowOver, "list.slow_over")                                                              \
    X(ComposerPlaceholder, "composer.placeholder")                                                 \
    X(ComposerWait, "composer.wait")                                                               \
    X(ComposerReadOnly, "composer.read_only")                                                      \
    X(ComposerName, "composer.name")                                                               \
    X(ComposerOffers, "composer.offers")                                                           \
    X(KeyEnter, "key.enter")                                                                       \
    X(KeyEscape, "key.escape")                                                                     \
    X(KeyTab, "key.tab")                                                                           \
    X(KeyBackspace, "key.backspace")                                                               \
    X(KeyDelete, "key.delete")                                                                     \
    X(KeyLeft, "key.left")                                                                         \
    X(KeyRight, "key.right")                                                                       \
    X(KeyUp, "key.up")                                                                             \
    X(KeyDown, "key.down")                                                                         \
    X(KeyHome, "key.home")                                                                         \
    X(KeyEnd, "key.end")                                                                           \
    X(KeyPageUp, "key.page_up")                                                                    \
    X(KeyPageDown, "key.page_down")                                                                \
    X(KeySpace, "key.space")                                                                       \
    X(KeySend, "key.send")                                                                         \
    X(KeyClose, "key.close")                                                                       \
    X(KeyNextRoom, "key.next_room")                                                                \
    X(RosterHeading, "roster.heading")                                                             \
    X(RosterHeadingAbove, "roster.heading_above")                                                  \
    X(RosterOnline, "roster.online")                                                               \
    X(RosterMore, "roster.more")                                                                   \
    X(RosterLeader, "roster.leader")                                                               \
    X(RosterAlone, "roster.alone")                                                                 \
    X(StateOffline, "state.offline")                                                               \
    X(StateOnline, "state.online")                                                                 \
    X(StateAway, "state.away")                                                                     \
    X(StateDoNotDisturb, "state.do_not_disturb")                                                   \
    X(StateLookingForGroup, "state.looking_for_group")                                             \
    X(StateInMatch, "state.in_match")                                                              \
    X(StateStreaming, "state.streaming")                                                           \
    X(StateInvisible, "state.invisible")                                                           \
    X(CardLeft, "card.left")                                                                       \
    X(CardOpen, "card.open")                                                                       \
    X(CardYes, "card.yes")                                                                         \
    X(CardNo, "card.no")                                                                           \
    X(ToastOpen, "toast.open")                                                                     \
    X(ToastLater, "toast.later")                                                                   \
    X(DigestFought, "digest.fought")                                                               \
    X(DigestMeanwhile, "digest.meanwhile")                                                         \
    X(DigestLines, "digest.lines")                                                                 \
    X(DigestForYou, "digest.for_you")                                                              \
    X(DigestBoth, "digest.both")                                                                   \
    X(DigestRead, "digest.read")                                                                   \
    X(ToastMention, "toast.mention")                                                               \
    X(MenuReply, "menu.reply")                                                                     \
    X(MenuMore, "menu.more")                                                                       \
    X(MenuCopy, "menu.copy")                                                                       \
    X(MenuCopyMarked, "menu.copy_marked")                                                          \
    X(MenuOpenLink, "menu.open_link")                                                              \
    X(MenuCopyLink, "menu.copy_link")                                                              \
    X(MenuToQuote, "menu.to_quote")                                                                \
    X(MenuMention, "menu.mention")                                                                 \
    X(MenuWhisper, "menu.whisper")                                                                 \
    X(MenuReport, "menu.report")                                                                   \
    X(MenuBlock, "menu.block")                                                                     \
    X(MenuUnblock, "menu.unblock")                                                                 \
    X(MenuDiscard, "menu.discard")                                                                 \
    X(ToastReported, "toast.reported")                                                             \
    X(StatusIdle, "status.idle")                                                                   \
    X(StatusConnecting, "status.connecting")                                                       \
    X(StatusConnected, "status.connected")                                                         \
    X(StatusReadOnly, "status.read_only")                                                          \
    X(StatusLost, "status.lost")                                                                   \
    X(StatusRetrying, "status.retrying")                                                           \
    X(StatusRefused, "status.refused")                                                             \
    X(StatusDev, "status.dev")                                                                     \
    X(StatusFirstTitle, "status.first_title")                                                      \
    X(StatusFirstConnecting, "status.first_connecting")                                            \
    X(StatusFirstIdle, "status.first_idle")                                                        \
    X(StatusFirstRefused, "status.first_refused")                                                  \
    X(StatusFirstEmpty, "status.first_empty")                                                      \
    X(StatusPeople, "status.people")                                                               \
    X(StatusBack, "status.back")                                                                   \
    X(ErrorRate, "error.rate")                                                                     \
    X(ErrorTooLong, "error.too_long")                                                              \
    X(ErrorEmpty, "error.empty")                                                                   \
    X(ErrorEncoding, "error.encoding")                                                             \
    X(ErrorNotMember, "error.not_member")                                                          \
    X(ErrorForbidden, "error.forbidden")                                                           \
    X(ErrorNotFound, "error.not_found")                                                            \
    X(ErrorReadOnly, "error.read_only")                                                            \
    X(ErrorStoreUnavailable, "error.store_unavailable")                                            \
    X(ErrorBusy, "error.busy")                                                                     \
    X(ErrorQueueFull, "error.queue_full")                                                          \
    X(ErrorBadTicket, "error.bad_ticket")                                                          \
    X(ErrorTicketExpired, "error.ticket_expired")                                                  \
    X(ErrorTicketStolen, "error.ticket_stolen")                                                    \
    X(ErrorBadVersion, "error.bad_version")                                                        \
    X(ErrorBadServerKey, "error.bad_server_key")                                                   \
    X(ErrorReplaced, "error.replaced")                                                             \
    X(ErrorTooManySessions, "error.too_many_sessions")                                             \
    X(ErrorShutdown, "error.shutdown")                                                             \
    X(ErrorConnectionLost, "error.connection_lost")                                                \
    X(ErrorNoAnswer, "error.no_answer")                                                            \
    X(ErrorRevoked, "error.revoked")                                                               \
    X(ErrorBadAddress, "error.bad_address")                                                        \
    X(ErrorFlood, "error.flood")                                                                   \
    X(ErrorOther, "error.other")                                                                   \
    X(SayMessage, "say.message")                                                                   \
    X(SayFocus, "say.focus")                                                                       \
    X(SayFocusDisabled, "say.focus_disabled")                                                      \
    X(SayToast, "say.toast")                                                                       \
    X(SayToastPlain, "say.toast_plain")                                                            \
    X(SayToastNobody, "say.toast_nobody")                                                          \
    X(SayNotSent, "say.not_sent")                                                                  \
    X(SayCopied, "say.copied")                                                                     \
    X(SayMenu, "say.menu")                                                                         \
    X(SayOffer, "say.offer")                                                                       \
    X(SayOpened, "say.opened")                                                                     \
    X(SayClosed, "say.closed")                                                                     \
    X(RoleButton, "role.button")                                                                   \
    X(RoleTab, "role.tab")                                                                         \
    X(RoleTextbox, "role.textbox")                                                                 \
    X(RoleListitem, "role.listitem")

enum class Word : uint8_t {
#define PARLEY_WORD_ENUM(name, key) name,
    PARLEY_WORDS(PARLEY_WORD_ENUM)
#undef PARLEY_WORD_ENUM
        Count
};
inline constexpr size_t word_count = static_cast<size_t>(Word::Count);

// A line being put together, without the heap: what does not fit is cut on a code point border.
class Phrase {
public:
    Phrase() = default;
    explicit Phrase(std::string_view text) { add(text); }
    Phrase& add(std::string_view text);
    Phrase& add(int64_t number);
    Phrase& add_two_digits(int64_t number); // 5 is "05"
    void clear() { size_ = 0; }
    void cut(size_t size) { size_ = size < size_ ? size : size_; }
    std::string_view view() const { return {bytes_, size_}; }
    operator std::string_view() const { return view(); }

private:
    char bytes_[480];
    size_t size_ = 0;
};

// How a language counts, as "plurals" of its file says; which of a word's forms a number takes.
enum class Counting : uint8_t {
    None,  // "none": one form (Japanese)
    One,   // "one": one, other (English, German)
    Arabic // "arabic": zero, one, two, few, many, other
};
enum class Form : uint8_t { Zero, One, Two, Few, Many, Other };
Form form_of(Counting counting, int64_t number);
// The forms that a language has: a word that is written in forms has each of them.
std::span<const Form> forms_of(Counting counting);
std::string_view form_name(Form form); // "few"

struct Hint {
    std::string key, word;
};

class Words {
public:
    // The built-in words. Never fails: they are part of the build and under test.
    static Words built_in();
    // As words_path of the C API has it: the name of a language that is part of the library ("de"),
    // or the path of a file. Io: there is no such file.
    static Result<Words> choose(std::string_view wanted, std::string& message);
    // Over the built-in ones, or the language that the file names as its base; also [presence]
    // token = "sentence" and [hints] keys = [["T", "team"]]. BadConfig: message says what and
    // where.
    static Result<Words> load(std::string_view toml, std::string& message);

    // Of a word in forms: the one for many.
    std::string_view operator[](Word word) const { return texts_[static_cast<size_t>(word)]; }
    // Empty: the word has no such form of its own.
    std::string_view form(Word word, Form form) const;
    // The sentence with {0}, {1} ... filled in.
    Phrase say(Word word, std::initializer_list<std::string_view> params) const;
    // In the form that the number asks for, which {0} is, or as it is shown ("99+").
    Phrase say(Word word, int64_t number) const;
    Phrase say(Word word, int64_t number, std::string_view shown) const;
    void fill(Phrase& out, std::string_view sentence,
              std::initializer_list<std::string_view> params) const;
    // A name or a value within words: it does not turn them around, nor they it.
    void add_value(Phrase& out, std::string_view value) const;

    bool rtl() const { return rtl_; } // the interface is read from the right
    Counting counting() const { return counting_; }

    Word room_kind(wire::RoomKind kind) const;
    Word presence_state(wire::PresenceState state) const;
    std::string_view error(Error error) const;
    // The studio's sentence of a presence token, or "".
    std::string_view presence_sentence(std::string_view token) const;
    const std::vector<Hint>& hints() const { return hints_; }

private:
    struct Formed {
        Word word{};
        Form form{};
        std::string text;
    };
    bool apply(std::string_view toml, std::string& message);
    bool apply_one(std::string_view key, std::string& value);
    std::string_view formed(Word word, int64_t number) const;

    bool rtl_ = false;
    Counting counting_ = Counting::One;
    std::array<std::string, word_count> texts_;
    std::vector<Formed> forms_;
    std::vector<std::pair<std::string, std::string>> presence_;
    std::vector<Hint> hints_;
};

// Upper case for headings: Latin, Greek and Cyrillic letters; others stay.
void add_upper(Phrase& out, std::string_view text);

} // namespace parley::overlay
