// SPDX-License-Identifier: Apache-2.0
// Places one request with the single header that scripts/amalgamate makes.
#include "gpupack.hpp"

int main() {
    using namespace gpupack;
    scheduler scheduler{cluster_builder{}.add_nodes(1, {64_cores, 512_GiB, {8, models::a100_80gb}}).build().value(),
                        policy::best_fit{}};
    return scheduler.place({.cpu = 8_cores, .gpus = 2}) ? 0 : 1;
}
