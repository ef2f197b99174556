// colour_blind.hpp: how a colour looks to eyes that lack one kind of cone, and how far apart two
// colours look. The matrices are those of full severity in Machado, Oliveira, Fernandes, "A
// Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE Transactions on
// Visualization and Computer Graphics 15 (6), 2009; they work on linear sRGB.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace parley::test {

enum class Eyes : uint8_t { Usual, Protanopia, Deuteranopia, Tritanopia };

using Light = std::array<double, 3>; // linear R, G, B

inline Light light_of(uint32_t rgba) {
    Light out{};
    for (size_t i = 0; i < 3; ++i) {
        const double c = (rgba >> (8 * i) & 255u) / 255.0;
        out[i] = c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    }
    return out;
}

inline Light seen_by(Eyes eyes, const Light& light) {
    constexpr double matrices[4][3][3] = {
        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        {{0.152286, 1.052583, -0.204868},
         {0.114503, 0.786281, 0.099216},
         {-0.003882, -0.048116, 1.051998}},
        {{0.367322, 0.860646, -0.227968},
         {0.280085, 0.672501, 0.047413},
         {-0.011820, 0.042940, 0.968881}},
        {{1.255528, -0.076749, -0.178779},
         {-0.078411, 0.930809, 0.147602},
         {0.004733, 0.691367, 0.303900}},
    };
    Light out{};
    for (size_t row = 0; row < 3; ++row) {
        for (size_t i = 0; i < 3; ++i) {
            out[row] += matrices[static_cast<size_t>(eyes)][row][i] * light[i];
        }
        out[row] = std::clamp(out[row], 0.0, 1.0);
    }
    return out;
}

// The difference of CIE 1976 in L*a*b* under D65: 2 is hardly seen side by side, 10 at a glance.
inline double apart(const Light& a, const Light& b) {
    const auto lab = [](const Light& rgb) {
        const auto part = [](double value) {
            return value > 216.0 / 24389 ? std::cbrt(value) : (24389.0 / 27 * value + 16) / 116;
        };
        const double x =
            part((0.4124564 * rgb[0] + 0.3575761 * rgb[1] + 0.1804375 * rgb[2]) / 0.95047);
        const double y = part(0.2126729 * rgb[0] + 0.7151522 * rgb[1] + 0.0721750 * rgb[2]);
        const double z =
            part((0.0193339 * rgb[0] + 0.1191920 * rgb[1] + 0.9503041 * rgb[2]) / 1.08883);
        return Light{116 * y - 16, 500 * (x - y), 200 * (y - z)};
    };
    const Light one = lab(a), other = lab(b);
    return std::sqrt((one[0] - other[0]) * (one[0] - other[0]) +
                     (one[1] - other[1]) * (one[1] - other[1]) +
                     (one[2] - other[2]) * (one[2] - other[2]));
}

} // namespace parley::test
