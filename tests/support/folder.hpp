// folder.hpp: a folder that is gone when the test is.
#pragma once

#include <filesystem>
#include <string>

#include <stdlib.h>

namespace parley::test {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "parley-test-XXXXXX").string();
        if (mkdtemp(name.data()) != nullptr) {
            path_ = name;
        }
    }
    ~Folder() {
        std::error_code ignored; // a test's litter is not its result
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

} // namespace parley::test
