// error.cpp: names and sentences of the errors, from the one table in error.hpp.
#include "schemas/base/error.hpp"

namespace parley {

std::string_view error_name(Error error) {
    switch (error) {
#define PARLEY_ERROR_NAME(name, number, sentence)                                                  \
    case Error::name:                                                                              \
        return #name;
        PARLEY_ERRORS(PARLEY_ERROR_NAME)
#undef PARLEY_ERROR_NAME
    }
    return "Unknown";
}

std::string_view error_sentence(Error error) {
    switch (error) {
#define PARLEY_ERROR_SENTENCE(name, number, sentence)                                              \
    case Error::name:                                                                              \
        return sentence;
        PARLEY_ERRORS(PARLEY_ERROR_SENTENCE)
#undef PARLEY_ERROR_SENTENCE
    }
    return "an error this version does not know";
}

} // namespace parley
