// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/input_error.hpp>

#include <dlfcn.h>

#include <memory>
#include <string>
#include <utility>

namespace gpupack::inline GPUPACK_ABI::nvml::detail {

/// The part of NVML's binary interface that is used here, declared again so that no header of the toolkit is needed.
///
/// Source: NVML's API reference (docs/sources.md#nvml).
using device = struct nvmlDevice_st*;
using result = int;
inline constexpr result success = 0;

struct memory_info {
    unsigned long long total;
    unsigned long long free;
    unsigned long long used;
};
struct pci_info {
    char legacy_bus_id[16];
    unsigned domain;
    unsigned bus;
    unsigned device;
    unsigned device_id;
    unsigned subsystem_id;
    char bus_id[32];
};
static_assert(sizeof(pci_info) == 68);

/// The functions; the last four are missing in old libraries, which have no NVLinks or NUMA nodes.
struct functions {
    result (*init)() = nullptr;
    result (*shutdown)() = nullptr;
    const char* (*error_string)(result) = nullptr;
    result (*count)(unsigned*) = nullptr;
    result (*handle)(unsigned, device*) = nullptr;
    result (*name)(device, char*, unsigned) = nullptr;
    result (*uuid)(device, char*, unsigned) = nullptr;
    result (*memory)(device, memory_info*) = nullptr;
    result (*pci)(device, pci_info*) = nullptr;
    result (*common_ancestor)(device, device, int*) = nullptr;
    result (*link_state)(device, unsigned, int*) = nullptr;
    result (*link_remote_pci)(device, unsigned, pci_info*) = nullptr;
    result (*link_remote_type)(device, unsigned, int*) = nullptr;
    result (*memory_affinity)(device, unsigned, unsigned long*, int) = nullptr;
};

struct unload {
    void operator()(void* handle) const noexcept { dlclose(handle); }
};
struct shut_down {
    result (*shutdown)() = nullptr;
    void operator()(void*) const noexcept { (void)shutdown(); }
};

/// The library, loaded and initialised; shut down and unloaded with the last owner.
class library {
  public:
    /// @return an error: no such library, a function that it lacks, an initialisation that fails
    [[nodiscard]] static expected<library, input_error> open(const std::string& file) {
        const auto wrong = [&](std::string field, std::string value, std::string expected) {
            return unexpected<input_error>{
                input_error{file, 0, std::move(field), std::move(value), std::move(expected)}};
        };
        void* const raw = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (raw == nullptr) return wrong("NVML", "", "a machine with NVIDIA's driver: the library is not here");
        library opened{raw};
        if (const char* const missing = opened.find_all())
            return wrong("NVML", missing, "a library that has this function");
        if (const result answer = opened.call.init(); answer != success)
            return wrong("nvmlInit_v2", opened.text(answer), "a driver that runs");
        opened.running_.reset(opened.handle_.get());
        opened.running_.get_deleter().shutdown = opened.call.shutdown;
        return opened;
    }

    [[nodiscard]] std::string text(result answer) const {
        const char* const text = call.error_string(answer);
        return text == nullptr ? std::to_string(answer) : std::string{text};
    }

    functions call;

  private:
    explicit library(void* handle) : handle_{handle} {}

    template <class Function> const char* find(Function& function, const char* symbol) {
        function = reinterpret_cast<Function>(dlsym(handle_.get(), symbol)); // NOLINT: what dlsym is for
        return function == nullptr ? symbol : nullptr;
    }

    /// The name of the first function that must be there and is not.
    const char* find_all() {
        (void)find(call.link_state, "nvmlDeviceGetNvLinkState");
        (void)find(call.link_remote_pci, "nvmlDeviceGetNvLinkRemotePciInfo_v2");
        (void)find(call.link_remote_type, "nvmlDeviceGetNvLinkRemoteDeviceType");
        (void)find(call.memory_affinity, "nvmlDeviceGetMemoryAffinity");
        for (const char* const missing :
             {find(call.init, "nvmlInit_v2"), find(call.shutdown, "nvmlShutdown"),
              find(call.error_string, "nvmlErrorString"), find(call.count, "nvmlDeviceGetCount_v2"),
              find(call.handle, "nvmlDeviceGetHandleByIndex_v2"), find(call.name, "nvmlDeviceGetName"),
              find(call.uuid, "nvmlDeviceGetUUID"), find(call.memory, "nvmlDeviceGetMemoryInfo"),
              find(call.pci, "nvmlDeviceGetPciInfo_v3"),
              find(call.common_ancestor, "nvmlDeviceGetTopologyCommonAncestor")})
            if (missing != nullptr) return missing;
        return nullptr;
    }

    std::unique_ptr<void, unload> handle_;
    std::unique_ptr<void, shut_down> running_; // shut down before the handle is closed
};

} // namespace gpupack::nvml::detail
