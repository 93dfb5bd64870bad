// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace replay_program {

/// A file that appears whole or not at all: written beside its place, and moved there by commit().
///
/// What is not a plain file, such as /dev/null, is written in place.
class output_file {
  public:
    /// Makes sure that the file can be written, before any work is done for it.
    ///
    /// @param flag  named in the error
    /// @param path  of the file
    /// @return the file, or an error: a folder, a folder that does not exist, no permission
    [[nodiscard]] static gpupack::expected<output_file, gpupack::input_error> open(const std::string& flag,
                                                                                   const std::string& path) {
        output_file file;
        file.flag_ = flag;
        file.path_ = path;
        std::error_code ignored;
        const auto status = std::filesystem::status(path, ignored);
        const bool in_place = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
        file.written_ = in_place ? path : path + ".part";
        std::ofstream probe{file.written_, std::ios::binary | (in_place ? std::ios::app : std::ios::trunc)};
        if (!probe) {
            file.written_.clear();
            return gpupack::bad_input(flag, path, "a file that can be written");
        }
        return file;
    }

    output_file(output_file&& other) noexcept
        : flag_{std::move(other.flag_)}, path_{std::move(other.path_)}, written_{std::exchange(other.written_, {})} {}
    output_file& operator=(output_file&&) = delete;
    ~output_file() {
        if (!written_.empty() && written_ != path_) std::remove(written_.c_str());
    }

    /// Writes the content and puts the file in its place.
    ///
    /// @return an error where the disk is full, or the file was removed meanwhile
    [[nodiscard]] gpupack::expected<void, gpupack::input_error> commit(const std::string& content) {
        std::ofstream out{written_, std::ios::binary | std::ios::trunc};
        out << content;
        out.close();
        std::error_code failed;
        if (out && written_ != path_) std::filesystem::rename(written_, path_, failed);
        if (!out || failed) return gpupack::bad_input(flag_, path_, "a file that can be written to its end");
        written_.clear();
        return {};
    }

  private:
    output_file() = default;

    std::string flag_;
    std::string path_;
    std::string written_;
};

} // namespace replay_program
