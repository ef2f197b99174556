// narrate.cpp: a ring of lines.
#include "plugin/overlay/narrate.hpp"

namespace parley::overlay {

void Narrator::say(std::string_view line) {
    if (line.empty()) {
        return;
    }
    if (count_ == waiting_max) {
        first_ = (first_ + 1) % waiting_max;
        --count_;
    }
    lines_[(first_ + count_) % waiting_max].assign(line);
    ++count_;
}

const char* Narrator::next() {
    if (count_ == 0) {
        return nullptr;
    }
    spoken_.swap(lines_[first_]);
    first_ = (first_ + 1) % waiting_max;
    --count_;
    return spoken_.c_str();
}

} // namespace parley::overlay
