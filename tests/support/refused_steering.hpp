// refused_steering.hpp: a kernel that does not steer a shared port: link parley_refused_steering,
// which stands in front of the C library's setsockopt.
#pragma once

namespace parley::test {

// While it lives, every request to steer a shared port fails.
class RefusedSteering {
public:
    RefusedSteering();
    ~RefusedSteering();
    RefusedSteering(const RefusedSteering&) = delete;
    RefusedSteering& operator=(const RefusedSteering&) = delete;
    int refused() const; // requests so far
};

} // namespace parley::test
