// SPDX-License-Identifier: Apache-2.0
#include "kubeconfig.hpp"

#include <yaml-cpp/yaml.h>

#include <openssl/evp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <exception>
#include <filesystem>
#include <optional>
#include <vector>

namespace extender {

namespace {

using gpupack::expected;
using gpupack::input_error;
using gpupack::unexpected;

/// What base64 stands for; nothing where it is none.
std::optional<std::string> decoded(const std::string& text) {
    if (text.empty() || text.size() % 4 != 0) return std::nullopt;
    std::vector<unsigned char> bytes(text.size() / 4 * 3);
    const int size = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    std::size_t count = static_cast<std::size_t>(size);
    for (std::size_t i = text.size(); i > text.size() - 2 && text[i - 1] == '='; --i) --count;
    return std::string{bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// A file in memory that lives as long as the process; its path, or nothing.
std::optional<std::string> memory_file(const std::string& content) {
    const int file = memfd_create("kubeconfig", MFD_CLOEXEC);
    if (file < 0 || write(file, content.data(), content.size()) != static_cast<ssize_t>(content.size()))
        return std::nullopt;
    return "/proc/self/fd/" + std::to_string(file);
}

/// Reads one file, and keeps the first error.
class kubeconfig_reader {
  public:
    explicit kubeconfig_reader(const std::string& file)
        : file_{file}, folder_{std::filesystem::path{file}.parent_path()} {}

    expected<api_access, input_error> read(std::string context) {
        const YAML::Node document = YAML::LoadFile(file_);
        if (context.empty()) context = text(document, "current-context");
        const YAML::Node chosen = named(document, "contexts", context, "context");
        const YAML::Node cluster = named(document, "clusters", text(chosen, "cluster"), "cluster");
        const YAML::Node user = named(document, "users", text(chosen, "user"), "user");
        for (const char* field : {"exec", "auth-provider", "username", "as"}) refuse(user, field);
        for (const char* field : {"proxy-url", "tls-server-name"}) refuse(cluster, field);
        api_access made;
        made.server = text(cluster, "server");
        if (!made.server.starts_with("https://") && !made.server.starts_with("http://"))
            fail("server", made.server, "https://host:port");
        while (made.server.ends_with('/')) made.server.pop_back();
        made.ca_file = path(cluster, "certificate-authority");
        made.insecure = text(cluster, "insecure-skip-tls-verify") == "true";
        made.token_file = text(user, "tokenFile").empty() ? "" : (folder_ / text(user, "tokenFile")).string();
        made.token = text(user, "token");
        made.certificate_file = path(user, "client-certificate");
        made.key_file = path(user, "client-key");
        if (error_) return unexpected<input_error>{*error_};
        return made;
    }

  private:
    void fail(const std::string& field, const std::string& value, const std::string& expectation) {
        if (!error_) error_ = input_error{file_, 0, field, value, expectation};
    }
    static std::string text(const YAML::Node& node, const char* field) {
        return node.IsMap() && node[field] && node[field].IsScalar() ? node[field].as<std::string>() : std::string{};
    }
    void refuse(const YAML::Node& node, const char* field) {
        if (node.IsMap() && node[field]) fail(field, "", "nothing: it is not supported");
    }
    YAML::Node named(const YAML::Node& document, const char* list, const std::string& name, const char* kind) {
        if (document.IsMap() && document[list] && document[list].IsSequence())
            for (const YAML::Node& one : document[list])
                if (text(one, "name") == name && one[kind]) return one[kind];
        fail(list, name, std::string{"the name of one of them"});
        return {};
    }
    /// A field that names a file, or the same with -data that holds it.
    std::string path(const YAML::Node& node, const std::string& field) {
        const std::string inside = text(node, (field + "-data").c_str());
        if (inside.empty()) {
            const std::string named_file = text(node, field.c_str());
            return named_file.empty() ? "" : (folder_ / named_file).string();
        }
        const auto content = decoded(inside);
        const auto made = content ? memory_file(*content) : std::nullopt;
        if (!made) fail(field + "-data", inside.substr(0, 8) + "...", "base64");
        return made.value_or("");
    }

    std::string file_;
    std::filesystem::path folder_;
    std::optional<input_error> error_;
};

} // namespace

gpupack::expected<api_access, gpupack::input_error> read_kubeconfig(const std::string& file,
                                                                    const std::string& context) {
    try {
        return kubeconfig_reader{file}.read(context);
    } catch (const std::exception& error) {
        return unexpected<input_error>{
            input_error{file, 0, "kubeconfig", error.what(), "a kubeconfig file in YAML or JSON"}};
    }
}

} // namespace extender
