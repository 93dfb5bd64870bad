// SPDX-License-Identifier: Apache-2.0
#include <gpupack/io/time_text.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

using namespace gpupack::io;

TEST(time_text, one_instant_in_all_its_forms) {
    for (const std::string_view text : {"2020-06-09T18:41:01",
                                        "2020-06-09 18:41:01",
                                        "2020-06-09T18:41:01Z",
                                        "2020-06-10 02:41:01+08:00",
                                        "2020-06-09T11:41:01-0700",
                                        "2020-06-09 11:41:01 PDT",
                                        "2020-06-09T18:41:01.999999+00:00",
                                        "2020/6/9 18:41:01",
                                        "1591728061",
                                        "1591728061.0",
                                        "1591728061.987",
                                        "1591728061000",
                                        "1591728061000000",
                                        "1591728061000000000",
                                        "1.591728061e9",
                                        "20200609T184101Z",
                                        "20200609T184101.5+0000",
                                        "2020-06-09t18:41:01z",
                                        "2020-06-09T20:41:01+02:00[Europe/Berlin]",
                                        "2020-06-10T00:11:01+05:30"})
        EXPECT_EQ(parse_instant(text), 1591728061) << text;
    EXPECT_EQ(parse_instant("2020-06-09"), 1591660800);
    EXPECT_EQ(parse_instant("2020-06-09 18:41"), 1591728060);
    EXPECT_EQ(parse_instant("0.0"), 0);
    EXPECT_EQ(parse_instant("12902960"), 12902960);
}

TEST(time_text, refuses_what_is_no_time) {
    for (const std::string_view text :
         {"", "x", "2020-13-01", "2020-02-30", "2020-06-09T25:00:00", "2020-06-09T18", "09/06/2020",
          "2020-06-09T18:41:01 somewhere", "2020-06-09T18:61:01", "18:41:01", "2020-06-09T18:41:01+99:00",
          "202006T184101", "20200609T1841011", "20200609T18:41"})
        EXPECT_FALSE(parse_instant(text)) << text;
}

TEST(time_text, reads_spans_as_slurm_writes_them) {
    EXPECT_EQ(parse_span("37-14:00:00"), 37 * 86400 + 14 * 3600);
    EXPECT_EQ(parse_span("1-02:03:04"), 86400 + 2 * 3600 + 3 * 60 + 4);
    EXPECT_EQ(parse_span("02:03:04"), 2 * 3600 + 3 * 60 + 4);
    EXPECT_EQ(parse_span("03:04"), 184);
    EXPECT_EQ(parse_span("00:00.123"), 0);
    EXPECT_EQ(parse_span("1-12"), 86400 + 12 * 3600);
    EXPECT_EQ(parse_span("117"), 117);
    EXPECT_EQ(parse_span("117.0"), 117);
    EXPECT_EQ(parse_span("0 days 02:03:04.500000"), 2 * 3600 + 3 * 60 + 4);
    EXPECT_EQ(parse_span("2 days, 3:04:05"), 2 * 86400 + 3 * 3600 + 4 * 60 + 5);
    EXPECT_EQ(parse_span("1 days"), 86400);
    for (const std::string_view text : {"", "UNLIMITED", "Partition_Limit", "1:2:3:4", "-", "1-", "1 dayz", "1 day x"})
        EXPECT_FALSE(parse_span(text)) << text;
}

RC_GTEST_PROP(time_text, any_bytes_are_a_time_or_none, (const std::string& text)) {
    (void)parse_instant(text);
    (void)parse_span(text);
}
