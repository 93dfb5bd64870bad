// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gpupack/core/abi.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>

namespace gpupack::inline GPUPACK_ABI::io::detail {

/// What a device is on PCI, and where.
struct pci_device {
    unsigned pci_class = 0;                                   ///< Group and kind: 0x0302 is a 3D controller.
    unsigned vendor = 0;                                      ///< 0x10de is NVIDIA, 0x1002 AMD.
    unsigned device = 0;                                      ///< The vendor's number of the chip.
    std::tuple<unsigned, unsigned, unsigned, unsigned> bus{}; ///< Domain, bus, device and function.
};

/// Takes a hexadecimal number and what must follow it from the start of a text.
///
/// @param text   the text, without what was taken afterwards
/// @param after  what must follow
/// @param most   the highest number
[[nodiscard]] inline std::optional<unsigned> taken_hexadecimal(std::string_view& text, std::string_view after,
                                                               unsigned most) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    if (error != std::errc{} || number > most) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.starts_with(after)) return std::nullopt;
    text.remove_prefix(after.size());
    return number;
}

/// Reads class, vendor and device as hwloc writes them: "0302 [10de:20b0] [10de:134f] a1", and from version 3 on one number more.
///
/// @return whether the text is that
[[nodiscard]] inline bool read_pci_type(std::string_view text, pci_device& device) {
    const auto pci_class = taken_hexadecimal(text, " [", 0xffff);
    const auto vendor = pci_class ? taken_hexadecimal(text, ":", 0xffff) : std::nullopt;
    const auto chip = vendor ? taken_hexadecimal(text, "]", 0xffff) : std::nullopt;
    if (!chip) return false;
    device.pci_class = *pci_class;
    device.vendor = *vendor;
    device.device = *chip;
    return true;
}

/// Reads a place on PCI: "0000:3b:00.0".
///
/// @return whether the text is that
[[nodiscard]] inline bool read_bus_id(std::string_view text, pci_device& device) {
    const auto domain = taken_hexadecimal(text, ":", 0xffff'ffff);
    const auto bus = domain ? taken_hexadecimal(text, ":", 0xff) : std::nullopt;
    const auto slot = bus ? taken_hexadecimal(text, ".", 0x1f) : std::nullopt;
    const auto function = slot ? taken_hexadecimal(text, "", 7) : std::nullopt;
    if (!function || !text.empty()) return false;
    device.bus = {*domain, *bus, *slot, *function};
    return true;
}

/// "0000:3b:00.0"
[[nodiscard]] inline std::string bus_id_text(const pci_device& device) {
    const auto [domain, bus, slot, function] = device.bus;
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "%04x:%02x:%02x.%01x", domain, bus, slot, function);
    return text.data();
}

} // namespace gpupack::io::detail
