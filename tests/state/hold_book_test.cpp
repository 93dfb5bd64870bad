// SPDX-License-Identifier: Apache-2.0
#include <gpupack/state/hold_book.hpp>

#include <gtest/gtest.h>

#include <vector>

using namespace gpupack;

namespace {

placement numbered(std::uint32_t slot) {
    placement made;
    made.slot = slot;
    made.generation = 1;
    return made;
}

} // namespace

TEST(hold_book, commits_and_gives_up_once_however_often_it_is_asked) {
    hold_book book;
    const hold_token a = book.add(numbered(1), 10);
    const hold_token b = book.add(numbered(2), 10);
    EXPECT_TRUE(book.is_held(numbered(1)));
    EXPECT_EQ(book.commit(a).value(), numbered(1));
    EXPECT_EQ(book.commit(a).value(), numbered(1));
    EXPECT_FALSE(book.is_held(numbered(1)));
    EXPECT_EQ(book.abort(a).error(), refusal::committed);
    EXPECT_EQ(book.abort(b).value(), numbered(2));
    EXPECT_FALSE(book.abort(b).value());
    EXPECT_EQ(book.commit(b).error(), refusal::expired);
    EXPECT_EQ(book.commit(hold_token{99}).error(), refusal::not_live);
    EXPECT_EQ(book.abort(hold_token{0}).error(), refusal::not_live);
    EXPECT_TRUE(book.expire(100).empty());
    book.forget(numbered(1));
    EXPECT_EQ(book.commit(a).error(), refusal::expired);
}

TEST(hold_book, tells_placements_of_one_slot_apart) {
    hold_book book;
    placement later = numbered(3);
    later.generation = 2;
    const hold_token first = book.add(numbered(3), 10);
    EXPECT_FALSE(book.is_held(later));
    book.forget(later);
    EXPECT_TRUE(book.is_held(numbered(3)));
    book.forget(numbered(3));
    EXPECT_EQ(book.commit(first).error(), refusal::expired);
    (void)book.add(later, 20);
    EXPECT_TRUE(book.is_held(later));
    EXPECT_FALSE(book.is_held(numbered(3)));
    EXPECT_FALSE(book.is_held(numbered(700)));
    EXPECT_EQ(book.open(), 1U);
}

TEST(hold_book, expires_what_is_late_earliest_first) {
    hold_book book;
    (void)book.add(numbered(1), 30);
    const hold_token b = book.add(numbered(2), 10);
    (void)book.add(numbered(3), 20);
    EXPECT_TRUE(book.expire(9).empty());
    EXPECT_EQ(book.expire(20), (std::vector{numbered(2), numbered(3)}));
    EXPECT_EQ(book.open(), 1U);
    EXPECT_EQ(book.commit(b).error(), refusal::expired);
}
