// SPDX-License-Identifier: Apache-2.0
// Names of products and MIG profiles.
#include <gpupack/topology/product_names.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto model = gpupack::model_of_product(text.substr(0, size / 2));
    (void)gpupack::profile_of_name(model ? model->mig : gpupack::models::a100_80gb.mig, text.substr(size / 2));
    return 0;
}
