// SPDX-License-Identifier: Apache-2.0
#include <gpupack/replay/detail/reservation_book.hpp>

#include <gpupack/state/cluster_builder.hpp>
#include <gpupack/topology/models.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace gpupack;
using namespace gpupack::literals;
using replay::detail::node_calendar;
using replay::detail::reservation;
using replay::detail::reservation_book;

namespace {

/// Two idle nodes of four GPUs, and nobody who has reserved any.
struct empty_book {
    cluster nodes =
        cluster_builder{}.add_nodes(2, {.cpu = 8_cores, .memory = 8_GiB, .gpus = {4, models::t4}}).build().value();
    node_calendar calendar{nodes};
    reservation_book book{nodes, calendar};

    [[nodiscard]] std::size_t bookings() const {
        return calendar.on(node_id{0}).size() + calendar.on(node_id{1}).size();
    }
};

constexpr std::size_t seventh_task = 7;

} // namespace

// A task that ends others may be ended in turn at once, and has reserved a place when its own arrival is done with.
TEST(reservation_book, a_task_no_longer_reserves_twice) {
    empty_book held;
    const request four{.cpu = 1_cores, .gpus = 4};
    held.book.reserve(1, four, 2, 5, 10); // both nodes
    held.book.reserve(seventh_task, four, 1, 5, 100);
    held.book.reserve(seventh_task, four, 1, 6, 100);
    EXPECT_EQ(held.book.size(), 2U);
    EXPECT_EQ(held.bookings(), 3U);
    EXPECT_EQ(held.book.begin_of(seventh_task), 15);
    ASSERT_TRUE(held.book.take_out(seventh_task));
    ASSERT_TRUE(held.book.take_out(1));
    EXPECT_EQ(held.bookings(), 0U);
    EXPECT_TRUE(held.book.nodes().empty());
    EXPECT_FALSE(held.book.is_overdue(1000)); // no begin is left behind

    held.book.drain(seventh_task, four, 2, 10);
    held.book.drain(seventh_task, four, 2, 20);
    EXPECT_EQ(held.bookings(), 2U);
    std::vector<std::uint32_t> freed;
    held.book.drop_all(freed);
    EXPECT_EQ(freed.size(), 2U);
    EXPECT_EQ(held.bookings(), 0U);
    EXPECT_FALSE(held.book.is_overdue(1000));
}

TEST(reservation_book, says_who_has_reserved_what_and_from_when) {
    empty_book held;
    held.book.reserve(1, {.gpus = 4}, 2, 5, 10); // both nodes
    held.book.reserve(2, {.gpus = 1}, 1, 5, 10); // behind it
    EXPECT_TRUE(held.book.holds(1));
    EXPECT_FALSE(held.book.holds(3));
    EXPECT_EQ(held.book.begin_of(1), 5);
    EXPECT_EQ(held.book.begin_of(2), 15);
    EXPECT_EQ(held.book.begin_of(3), node_calendar::never);
    EXPECT_EQ(held.book.numbers(), (std::vector<std::size_t>{1, 2}));
    EXPECT_EQ(held.book.numbers(15), (std::vector<std::size_t>{1}));
    EXPECT_TRUE(held.book.is_overdue(6));
    const reservation own = held.book.take_out(1).value();
    EXPECT_EQ(own.places.size(), 2U);
    held.book.put_back(1, own);
    EXPECT_EQ(held.book.find(1)->places.size(), 2U);
}
