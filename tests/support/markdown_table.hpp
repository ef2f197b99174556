// markdown_table.hpp: a document's table, read back so that a test can compare it with the code.
#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace parley::test {

using Row = std::vector<std::string>;
using Table = std::vector<Row>;

inline std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" `");
    const auto last = text.find_last_not_of(" `");
    return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

// The first table below "## heading", without its head.
inline Table table_of(const std::string& document, const std::string& heading) {
    std::ifstream file(PARLEY_SOURCE_DIR "/" + document);
    REQUIRE(file);
    Table table;
    bool here = false;
    int head = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.rfind("## ", 0) == 0) {
            here = line == "## " + heading;
        }
        if (!here || line.rfind("|", 0) != 0) {
            continue;
        }
        if (head < 2) { // names, dashes
            ++head;
            continue;
        }
        Row row;
        std::istringstream cells(line.substr(1));
        for (std::string cell; std::getline(cells, cell, '|');) {
            row.push_back(trimmed(cell));
        }
        table.push_back(row);
    }
    REQUIRE_FALSE(table.empty());
    return table;
}

} // namespace parley::test
