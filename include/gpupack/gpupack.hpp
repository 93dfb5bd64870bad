// SPDX-License-Identifier: Apache-2.0
#pragma once

// The umbrella of the decide wing: all that a scheduler needs, with tl::expected alone. Includes only.

// IWYU pragma: begin_exports

#include <gpupack/core/bit_set.hpp>
#include <gpupack/core/bits.hpp>
#include <gpupack/core/check.hpp>
#include <gpupack/core/config.hpp>
#include <gpupack/core/divisor.hpp>
#include <gpupack/core/expected.hpp>
#include <gpupack/core/gpu_set.hpp>
#include <gpupack/core/gpu_subsets.hpp>
#include <gpupack/core/ids.hpp>
#include <gpupack/core/input_error.hpp>
#include <gpupack/core/math.hpp>
#include <gpupack/core/name.hpp>
#include <gpupack/core/quantity.hpp>
#include <gpupack/core/random.hpp>
#include <gpupack/core/units.hpp>
#include <gpupack/core/version.hpp>

#include <gpupack/topology/architecture.hpp>
#include <gpupack/topology/domain_tree.hpp>
#include <gpupack/topology/gpu_capacity.hpp>
#include <gpupack/topology/gpu_model.hpp>
#include <gpupack/topology/gpu_names.hpp>
#include <gpupack/topology/gpu_setup.hpp>
#include <gpupack/topology/label_set.hpp>
#include <gpupack/topology/label_table.hpp>
#include <gpupack/topology/link.hpp>
#include <gpupack/topology/link_table.hpp>
#include <gpupack/topology/link_view.hpp>
#include <gpupack/topology/machines.hpp>
#include <gpupack/topology/mig.hpp>
#include <gpupack/topology/mig_table.hpp>
#include <gpupack/topology/model_set.hpp>
#include <gpupack/topology/model_table.hpp>
#include <gpupack/topology/models.hpp>
#include <gpupack/topology/node_type.hpp>
#include <gpupack/topology/node_spec.hpp>
#include <gpupack/topology/node_topology.hpp>
#include <gpupack/topology/partition_table.hpp>
#include <gpupack/topology/pcie_location.hpp>
#include <gpupack/topology/placement_counts.hpp>
#include <gpupack/topology/profile_set.hpp>
#include <gpupack/topology/sharing.hpp>
#include <gpupack/topology/vgpu.hpp>
#include <gpupack/topology/vgpu_table.hpp>

#include <gpupack/request/compute_percent.hpp>
#include <gpupack/request/gang.hpp>
#include <gpupack/request/gpu_selector.hpp>
#include <gpupack/request/hash.hpp>
#include <gpupack/request/instances.hpp>
#include <gpupack/request/label_selector.hpp>
#include <gpupack/request/learned_mix.hpp>
#include <gpupack/request/model_selector.hpp>
#include <gpupack/request/numa_alignment.hpp>
#include <gpupack/request/request.hpp>
#include <gpupack/request/request_rule.hpp>
#include <gpupack/request/share.hpp>
#include <gpupack/request/task_mix.hpp>

#include <gpupack/state/booking.hpp>
#include <gpupack/state/change_log.hpp>
#include <gpupack/state/cluster.hpp>
#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/state/domain_map.hpp>
#include <gpupack/state/domain_state.hpp>
#include <gpupack/state/gpu_state.hpp>
#include <gpupack/state/node_type_state.hpp>
#include <gpupack/state/ledger.hpp>
#include <gpupack/state/node_row.hpp>
#include <gpupack/state/node_state.hpp>
#include <gpupack/state/node_view.hpp>
#include <gpupack/state/placement.hpp>
#include <gpupack/state/ranked.hpp>
#include <gpupack/state/selection.hpp>
#include <gpupack/state/slot_list.hpp>
#include <gpupack/state/snapshot_feed.hpp>
#include <gpupack/state/split.hpp>

#include <gpupack/fit/candidate.hpp>
#include <gpupack/fit/diagnose.hpp>
#include <gpupack/fit/exclusive.hpp>
#include <gpupack/fit/explain_no_fit.hpp>
#include <gpupack/fit/fits.hpp>
#include <gpupack/fit/fits_empty.hpp>
#include <gpupack/fit/fitting_gpus.hpp>
#include <gpupack/fit/grown_sets.hpp>
#include <gpupack/fit/idle_node.hpp>
#include <gpupack/fit/instance.hpp>
#include <gpupack/fit/no_fit.hpp>
#include <gpupack/fit/numa_span.hpp>
#include <gpupack/fit/prefilter.hpp>
#include <gpupack/fit/reason.hpp>
#include <gpupack/fit/shortfall.hpp>
#include <gpupack/fit/shortfall_text.hpp>
#include <gpupack/fit/slice.hpp>
#include <gpupack/fit/wanted_gpus.hpp>

#include <gpupack/policy/allocation.hpp>
#include <gpupack/policy/best_fit.hpp>
#include <gpupack/policy/binpack.hpp>
#include <gpupack/policy/concepts.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/dot_product.hpp>
#include <gpupack/policy/opportunity_value.hpp>
#include <gpupack/policy/opportunity_value_table.hpp>
#include <gpupack/policy/fewest_numa_nodes.hpp>
#include <gpupack/policy/fgd.hpp>
#include <gpupack/policy/first_fit.hpp>
#include <gpupack/policy/fragmentation.hpp>
#include <gpupack/policy/fragmentation_table.hpp>
#include <gpupack/policy/gpu_clustering.hpp>
#include <gpupack/policy/gpu_fit.hpp>
#include <gpupack/policy/gpu_lanes.hpp>
#include <gpupack/policy/gpu_packing.hpp>
#include <gpupack/policy/instance_cost.hpp>
#include <gpupack/policy/link_bandwidth.hpp>
#include <gpupack/policy/link_preserve.hpp>
#include <gpupack/policy/link_search.hpp>
#include <gpupack/policy/lookahead.hpp>
#include <gpupack/policy/mig_fragmentation.hpp>
#include <gpupack/policy/mig_options.hpp>
#include <gpupack/policy/mig_scarcity.hpp>
#include <gpupack/policy/nic_affinity.hpp>
#include <gpupack/policy/normalize.hpp>
#include <gpupack/policy/policy_properties.hpp>
#include <gpupack/policy/policy_traits.hpp>
#include <gpupack/policy/quantize.hpp>
#include <gpupack/policy/random.hpp>
#include <gpupack/policy/rank.hpp>
#include <gpupack/policy/reserved_capacity.hpp>
#include <gpupack/policy/reserved_capacity_table.hpp>
#include <gpupack/policy/score.hpp>
#include <gpupack/policy/strategy.hpp>
#include <gpupack/policy/then.hpp>
#include <gpupack/policy/node_then_gpus.hpp>
#include <gpupack/policy/weighted_sum.hpp>
#include <gpupack/policy/worst_fit.hpp>

#include <gpupack/search/best_node.hpp>
#include <gpupack/search/engine.hpp>
#include <gpupack/search/indexed.hpp>
#include <gpupack/search/scan.hpp>
#include <gpupack/search/request_class_table.hpp>
#include <gpupack/search/state_memo.hpp>
#include <gpupack/search/tournament.hpp>

#include <gpupack/scheduler.hpp>

// IWYU pragma: end_exports
