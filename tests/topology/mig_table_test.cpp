// SPDX-License-Identifier: Apache-2.0
// Where MIG instances may stand: the library's bits against an enumeration by the rules in plain words, and against
// the published counts.

#include <gpupack/topology/mig_table.hpp>

#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace gpupack;

namespace {

/// An instance in plain words.
struct stands {
    int profile;
    int start;
    friend auto operator<=>(const stands&, const stands&) = default;
};
using layout = std::vector<stands>; // ascending

/// NVIDIA's rules, one after the other, over intervals and names; nothing of the library's tables.
bool is_legal(const mig::geometry& of, const layout& all) {
    int extensions = 0;
    int take_all_media = 0;
    int with_media = 0;
    int compute = 0;
    std::map<int, int> instances;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const mig::profile& a = of.profiles[all[i].profile];
        for (std::size_t j = 0; j < i; ++j) {
            const mig::profile& b = of.profiles[all[j].profile];
            if (all[i].start < all[j].start + b.size && all[j].start < all[i].start + a.size) return false;
        }
        const std::string_view name = a.name.view();
        if (name.find("+me.all") != std::string_view::npos) ++take_all_media;
        if (name.find("+me") != std::string_view::npos) ++extensions;
        if (name.find("-me") == std::string_view::npos) ++with_media;
        compute += a.compute_slices;
        if (++instances[all[i].profile] > a.max_instances) return false;
    }
    if (extensions > 1 || compute > of.compute_slices) return false;
    return take_all_media == 0 || with_media == 1; // beside +me.all only -me
}

struct counts {
    int placed = 0;
    int maximal_placed = 0;
    int multisets = 0;
    int maximal_multisets = 0;
    int by_inclusion = 0;
    friend bool operator==(const counts&, const counts&) = default;
};

/// Every legal layout of some profiles, grown one instance at a time.
class enumeration {
  public:
    enumeration(const mig::geometry& of, const std::vector<int>& profiles) : of_{of} {
        for (const int p : profiles)
            for (int start = 0; start < of.grid; ++start)
                if ((of.profiles[p].starts >> start & 1) != 0) places_.push_back({p, start});
        extend({}, 0);
    }

    [[nodiscard]] const std::set<layout>& layouts() const { return layouts_; }

    [[nodiscard]] counts count() const {
        counts told;
        std::set<std::vector<int>> multisets;
        std::set<std::vector<int>> maximal;
        for (const layout& each : layouts_) {
            multisets.insert(names_of(each));
            if (!is_maximal(each)) continue;
            ++told.maximal_placed;
            maximal.insert(names_of(each));
        }
        told.placed = static_cast<int>(layouts_.size());
        told.multisets = static_cast<int>(multisets.size());
        told.maximal_multisets = static_cast<int>(maximal.size());
        for (const auto& each : multisets)
            told.by_inclusion += std::none_of(multisets.begin(), multisets.end(), [&](const auto& other) {
                return other.size() > each.size() &&
                       std::includes(other.begin(), other.end(), each.begin(), each.end());
            });
        return told;
    }

  private:
    void extend(const layout& from, std::size_t first) {
        for (std::size_t i = first; i < places_.size(); ++i) {
            layout longer = from;
            longer.push_back(places_[i]);
            if (!is_legal(of_, longer)) continue;
            layout sorted = longer;
            std::sort(sorted.begin(), sorted.end());
            layouts_.insert(sorted);
            extend(longer, i + 1);
        }
    }

    [[nodiscard]] bool is_maximal(const layout& all) const {
        return std::none_of(places_.begin(), places_.end(), [&](const stands& more) {
            layout longer = all;
            longer.push_back(more);
            return is_legal(of_, longer);
        });
    }

    static std::vector<int> names_of(const layout& all) {
        std::vector<int> names;
        for (const stands& each : all) names.push_back(each.profile);
        std::sort(names.begin(), names.end());
        return names;
    }

    const mig::geometry& of_;
    std::vector<stands> places_;
    std::set<layout> layouts_;
};

/// The same layouts by the library's table.
std::set<layout> layouts_by_table(const partition_table& table, const std::vector<int>& profiles) {
    std::set<layout> all;
    const std::function<void(const layout&, int, std::uint64_t)> extend = [&](const layout& from, int first,
                                                                              std::uint64_t occupied) {
        for (int slot = first; slot < table.slot_count; ++slot) {
            const partition_slot& place = table.slots[slot];
            if (std::find(profiles.begin(), profiles.end(), place.profile) == profiles.end()) continue;
            if (!table.is_free(slot, occupied)) continue;
            layout longer = from;
            longer.push_back({place.profile, place.start});
            all.insert(longer);
            extend(longer, slot + 1, occupied | place.taken);
        }
    };
    extend({}, 0, 0);
    return all;
}

/// Profiles whose name, without memory, is one of those.
std::vector<int> some(const mig::geometry& of, const std::vector<std::string>& kinds) {
    std::vector<int> found;
    for (int p = 0; p < of.count; ++p) {
        const std::string name{of.profiles[p].name.view()};
        const std::size_t dot = name.find('.');
        const std::size_t mark = name.find_first_of("+-");
        std::string kind = name.substr(0, dot);
        if (mark != std::string::npos) kind += name.substr(mark);
        const bool doubled = of.grid == 8 && kind == "1g" && of.profiles[p].size == 2;
        if (doubled) kind = "1gd";
        if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) found.push_back(p);
    }
    return found;
}

struct expectation {
    const gpu_model& model;
    std::vector<std::string> kinds;
    counts told;
};

} // namespace

TEST(mig_table, allows_exactly_the_published_number_of_layouts) { // mig-rules, section 6: regression constants
    const std::vector<std::string> base{"1g", "2g", "3g", "4g", "7g"};
    const std::vector<std::string> doubled{"1g", "1gd", "2g", "3g", "4g", "7g"};
    const std::vector<std::string> seven{"1g", "1g+me", "1gd", "2g", "3g", "4g", "7g"};
    const std::vector<std::string> four{"1g", "2g", "4g"};
    const std::vector<std::string> four_me{"1g", "1g+me", "2g", "2g+me", "4g", "4g+me"};
    const std::vector<std::string> pro{"1g",     "1g+me",     "1g+gfx", "1g+me.all", "1g-me", "2g",
                                       "2g+gfx", "2g+me.all", "2g-me",  "4g",        "4g+gfx"};
    std::vector<expectation> all{
        {models::a30, four, {25, 5, 9, 4, 4}},
        {models::a30, four_me, {75, 17, 19, 8, 8}},
        {models::rtx_pro_6000, four, {25, 5, 9, 4, 4}},
        {models::rtx_pro_6000, four_me, {65, 13, 15, 6, 6}},
        {models::rtx_pro_6000, pro, {716, 302, 114, 64, 64}},
        {models::rtx_pro_5000, four, {4, 2, 3, 2, 2}},
        {models::rtx_pro_5000, four_me, {8, 4, 5, 3, 3}},
        {models::rtx_pro_5000, pro, {29, 19, 17, 12, 12}},
        {models::rtx_pro_4500, four, {4, 2, 3, 2, 2}},
        {models::rtx_pro_4500, pro, {21, 13, 13, 9, 9}},
    };
    for (const gpu_model& model : models::all) {
        if (model.mig.count != 7 || model.mig.grid != 8 || model.mig.compute_slices != 7) continue;
        all.push_back({model, base, {297, 19, 37, 14, 12}});
        all.push_back({model, doubled, {722, 78, 77, 38, 28}});
        all.push_back({model, seven, {2318, 239, 127, 64, 44}});
    }
    EXPECT_EQ(all.size(), 10U + 3 * 21);
    for (const expectation& each : all) {
        const std::vector<int> profiles = some(each.model.mig, each.kinds);
        const enumeration plain{each.model.mig, profiles};
        const std::string what =
            std::string{each.model.model.view()}.append(" ").append(std::to_string(profiles.size()));
        if (each.model.mig.grid != 8 || each.model == models::a100_40gb || each.model == models::h200) {
            EXPECT_EQ(plain.count(), each.told) << what;
        }
        EXPECT_EQ(plain.layouts().size(), static_cast<std::size_t>(each.told.placed)) << what;
        EXPECT_EQ(layouts_by_table(mig::make_table(each.model.mig), profiles), plain.layouts()) << what;
    }
}

TEST(mig_table, packs_by_starts_and_not_by_slices) {
    const auto fits = [](const layout& all) { return is_legal(models::a100_40gb.mig, all); };
    const auto table = mig::make_table(models::a100_40gb.mig);
    const auto fits_by_table = [&](const layout& all) {
        std::uint64_t occupied = 0;
        for (const stands& each : all) {
            int found = -1;
            for (int slot = 0; slot < table.slot_count; ++slot)
                if (table.slots[slot].profile == each.profile && table.slots[slot].start == each.start) found = slot;
            if (found < 0 || !table.is_free(found, occupied)) return false;
            occupied |= table.slots[found].taken;
        }
        return true;
    };
    enum { g1, g1me, g1d, g2, g3, g4, g7 };
    const layout legal[] = {{{g4, 0}, {g3, 4}}, {{g3, 0}, {g1, 4}, {g1, 5}, {g1, 6}},
                            {{g3, 0}, {g3, 4}}, {{g3, 4}, {g1, 0}, {g1, 1}, {g1, 2}, {g1, 3}},
                            {{g1, 6}, {g4, 0}}, {{g1d, 6}, {g1, 0}}};
    const layout illegal[] = {{{g4, 0}, {g1, 0}},  {{g7, 0}, {g1, 6}},     {{g4, 0}, {g3, 0}},
                              {{g3, 4}, {g1d, 6}}, {{g1me, 0}, {g1me, 1}}, {{g2, 0}, {g3, 0}}};
    for (const layout& each : legal) EXPECT_TRUE(fits(each) && fits_by_table(each));
    for (const layout& each : illegal) EXPECT_FALSE(fits(each) || fits_by_table(each));
}

TEST(mig_table, refuses_tables_that_cannot_be) {
    const auto error_of = [](const std::vector<mig::profile>& profiles, int compute, int grid) {
        const auto made = mig::checked_table({profiles.data(), static_cast<int>(profiles.size()), compute, grid});
        return made ? "" : made.error().message();
    };
    EXPECT_EQ(error_of({{"1g", 1, 1, 0b11, 2}, {"2g", 2, 2, 0b01, 1}}, 2, 2), "");
    EXPECT_EQ(error_of({}, 2, 2), "MIG profiles: \"0\": expected from 1 to 16");
    EXPECT_EQ(error_of({{"1g", 1, 1, 0b100, 2}}, 2, 2),
              "MIG profile 1g start: \"2\": expected an end within the grid of 2");
    EXPECT_EQ(error_of({{"1g", 1, 1, 0, 2}}, 2, 2), "MIG profile 1g starts: \"0\": expected one start at least");
    EXPECT_EQ(error_of({{"3g", 3, 1, 1, 2}}, 2, 2), "MIG profile 3g compute slices: \"3\": expected from 1 to 2");
    EXPECT_EQ(error_of({{"2g", 2, 1, 0b11, 2}}, 2, 2),
              "MIG profile 2g: \"starts\": expected places that keep to 2 compute slices");
    EXPECT_EQ(error_of({{"1g", 1, 1, 0b11, 1}}, 2, 2),
              "MIG profile 1g: \"starts\": expected places for at most 1 instances, as it says");
    EXPECT_EQ(error_of({{"1g", 1, 1, 0b11, 2}, {"1g", 1, 1, 0b11, 2}}, 2, 2),
              "MIG profile 1g name: \"1\": expected each name once");
    EXPECT_EQ(error_of({{"1g", 1, 1, 1, 1}}, 2, 9),
              "MIG grid: \"9\": expected sizes and starts that make at most 8 steps of it");
}
