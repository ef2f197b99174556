// breaks_test.cpp: where a line may end, on the step itself: the text with a bar at each place.
#include "samples.hpp"

#include "tests/support/catch.hpp"

#include "plugin/text/work.hpp"

using namespace parley;
using namespace parley::text;

namespace {

std::string with_bars(Fonts& fonts, std::string_view text) {
    Work work;
    decode(text, {}, {}, work);
    resolve(work);
    segment(fonts, work);
    find_breaks(work);
    std::string out;
    for (size_t i = 0; i < work.codes.size(); ++i) {
        if (work.traits[i].break_before) {
            out.push_back('|');
        }
        out += text.substr(work.offsets[i], work.offsets[i + 1] - work.offsets[i]);
    }
    return out;
}

} // namespace

TEST_CASE("lines may end where readers of each script expect", "[text]") {
    HostMemory memory(nullptr, nullptr);
    auto fonts = Fonts::find({}, memory);
    REQUIRE(fonts.ok());
    const std::string_view expected[] = {
        "one |two  |three",
        "state-|of-|the-|art",
        "a |-5 |b, |10-12",
        "a |--flag",
        "https://|a.b/|cd/|ef?|g=1",
        "1/2 |and/|or",
        "(a |b) |[c]",
        "wow! |ok... |so",
        "\"hi\" |'you'",
        "10\u00A0km |a\u2060b",
        "zero\u200B|width",
        "tab\t|stop",
        "日|本|語",
        "終|わ|る。|次、|「本」|を|読|む",
        "カー|ド",
        "한|국|어 |문|장",
        "AB|日|CD",
        "😀|😀|a",
        "👨‍👩‍👧‍👦|1️⃣|🇯🇵|🇩🇪",
        "เก|ม|ดี",
        "ไม่|มา",
        "བོད་|ཡིག",
        "— |a|—|b",
        // What the engine does its own way.
        "say |/help |now",
        "hi |:) |.5",
        "x |-y |--- |-\u0301z",
        "x\u200B|/y",
        "wow |(!) |[?]",
        "ok !",
        "a|1️⃣|b",
        "ស្តី|បី",
        "e\u0301-|x",
        "a\nb |c",
    };
    for (const std::string_view line : expected) {
        std::string plain(line);
        plain.erase(std::remove(plain.begin(), plain.end(), '|'), plain.end());
        CHECK(with_bars(*fonts.value(), plain) == line);
    }
}
