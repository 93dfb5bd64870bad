// SPDX-License-Identifier: Apache-2.0
#include "support/random_history.hpp"

#include <gpupack/policy/random.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/scheduler.hpp>
#include <gpupack/topology/domain_tree_builder.hpp>

#include "support/random_topology.hpp"

using namespace gpupack;

cluster random_history::any_cluster() {
    cluster_builder builder;
    if (!plain_)
        builder.domains(domain_tree_builder{{"block", "rack"}}
                            .add("b0", "block")
                            .add("b1", "block")
                            .add("r0", "rack", "b0")
                            .add("r1", "rack", "b0")
                            .add("r2", "rack")
                            .build()
                            .value());
    const char* const domains[] = {"", "b0", "b1", "r0", "r1", "r2"};
    const gpu_model models[] = {models::t4, models::p100, models::g2, models::a30, models::a10, models::a100_40gb};
    for (std::uint64_t kinds = 1 + below(3); kinds > 0; --kinds) {
        const gpu_model& model = models[below(6)];
        node_spec spec{milli_cpu{number(1, 17) * 1000},
                       mebibytes{number(1, 65) * 256},
                       {static_cast<int>(below(9)), model, any_setup(model)}};
        if (below(4) == 0)
            spec.gpus = {{2, model, any_setup(model)}, {static_cast<int>(below(5)), models[below(3)], {}}};
        if (!plain_ && below(3) == 0) spec.labels = {below(2) == 0 ? "a" : "b"};
        if (!plain_ && below(3) == 0) {
            int gpus = 0;
            for (const gpu_group& group : spec.gpus.groups()) gpus += group.count;
            spec.topology = random_topology(random_, gpus);
        }
        builder.add_nodes(1 + below(4), spec, plain_ ? "" : domains[below(6)]);
    }
    return std::move(builder).build().value();
}

gpu_setup random_history::any_setup(const gpu_model& model) {
    gpu_setup setup;
    if (plain_) return setup;
    switch (below(12)) {
    case 0: setup.max_sharers = static_cast<int>(1 + below(4)); break;
    case 1: setup.memory_percent = static_cast<int>(100 + below(200)); break;
    case 2: setup.compute_percent = static_cast<int>(100 + below(200)); break;
    case 3: setup.reserve = mebibytes{model.memory.count() / 10}; break;
    case 4: setup.only = below(2) == 0 ? sharing::slices : sharing::exclusive; break;
    case 5:
        if (!model.mig.empty()) setup.only = sharing::mig;
        break;
    case 6:
        if (!model.mig.empty()) setup.instances = {{model.mig.profiles[0].name, 2}, {"2g.12gb", 0}};
        if (model.model.view() != "A30") setup.instances.clear();
        break;
    case 7:
    case 8:
        if (model.vgpu.can_mix()) setup.vgpu_sizes = vgpu::sizes::mixed;
        break;
    case 9: setup.labels = {"a", "fast"}; break;
    case 10: setup.numa = static_cast<int>(below(2)); break;
    default: break;
    }
    return setup;
}

request random_history::any_request(const cluster& on) {
    request request{.cpu = milli_cpu{number(0, 5) * 500},
                    .memory = mebibytes{number(0, 5) * 128},
                    .gpus = below(3) == 0 ? static_cast<int>(below(6)) : 1};
    const std::uint64_t way = below(plain_ ? 4 : 6);
    if (way < 2)
        request.share = slice{mebibytes{below(2) == 0 ? 0 : number(1, 10) * 2000}, milli_gpu{number(1, 11) * 100}};
    if (way == 2 && !plain_)
        request.share = below(2) == 0 ? slice{.memory_percent = static_cast<int>(number(1, 101))}
                                      : slice{.memory_millionths = static_cast<int>(number(1, 1'000'001))};
    if (way >= 4) request.share = any_instance(on, way == 4 ? sharing::mig : sharing::vgpu);
    if (!plain_ && below(12) == 0 && request.gpus > 0)
        request.share = split_slice{mebibytes{number(8, 60'000)}, milli_gpu{number(0, 5) * 100}};
    if (!plain_ && below(10) == 0) select_by_more(request, on);
    if (below(3) == 0 && on.models().size() > 0)
        request.models = model_set::of(model_id{static_cast<std::uint8_t>(below(on.models().size()))});
    if (!plain_ && request.gpus > 1 && !request.share.is_split() && below(4) == 0)
        request.numa = static_cast<numa_alignment>(1 + below(3));
    if (!plain_ && below(4) == 0) request.share = request.share.with(any_rule());
    return request;
}

share_rule random_history::any_rule() {
    share_rule rule;
    rule.compute_alone = below(2) == 0;
    rule.unshared = below(4) == 0;
    rule.counts_percent = below(3) == 0;
    rule.double_rounding = below(3) == 0;
    rule.books_profile = below(2) == 0;
    return rule;
}

void random_history::select_by_more(request& request, const cluster& nodes) {
    if (nodes.labels().size() > 0 && below(2) == 0) {
        auto& terms = below(2) == 0 ? request.labels.all_of : request.labels.none_of;
        terms.insert(static_cast<int>(below(nodes.labels().size())));
        return;
    }
    request.ids = gpu_choice{below(2) == 0};
    for (int n = 0; n < 4; ++n) {
        const node_id node{static_cast<std::uint32_t>(below(nodes.size()))};
        (void)request.ids.add(node, gpu_set::from_bits(static_cast<std::uint32_t>(below(256))));
    }
}

share random_history::any_instance(const cluster& on, sharing way) {
    instance wanted{.way = way};
    for (std::size_t m = 0; m < on.models().size(); ++m) {
        const auto& tables = on.models().tables_of(model_id{static_cast<std::uint8_t>(m)});
        const auto& table = way == sharing::mig ? tables.mig : tables.vgpu;
        if (!table) continue;
        for (int k = below(3) == 0 ? 2 : 1; k > 0; --k) {
            const auto p = static_cast<int>(below(table->profile_count));
            wanted.profiles.insert(table->first_id + p);
            const milli_gpu compute{table->profiles[p].compute};
            if (wanted.compute.count() == 0 || compute < wanted.compute) wanted.compute = compute;
        }
    }
    if (wanted.profiles.empty()) return exclusive{};
    return wanted;
}

task_mix random_history::any_mix(const cluster& on) {
    task_mix mix;
    for (std::uint64_t kinds = 1 + below(8); kinds > 0; --kinds) mix.add(any_request(on), number(1, 20));
    return mix;
}

cluster random_history::used_cluster() {
    scheduler by{any_cluster(),
                 policy::node_then_gpus(policy::random{random_.next()}, policy::gpu_random{random_.next()})};
    play(by, static_cast<int>(below(60)));
    return by.cluster();
}
