// SPDX-License-Identifier: Apache-2.0
#include "terminal.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

using namespace gpupack_tools;

TEST(terminal, finds_the_name_that_was_meant) {
    const std::vector<std::string> known{"best-fit", "worst-fit", "fgd", "link-preserve"};
    EXPECT_EQ(closest_name("bestfit", known), "best-fit");
    EXPECT_EQ(closest_name("fdg", known), "fgd"); // two letters swapped
    EXPECT_EQ(closest_name("nothing-like-it", known), "");
    EXPECT_EQ(did_you_mean("worstfit", known), ", did you mean worst-fit?");
    EXPECT_EQ(did_you_mean("x", known), "");
    EXPECT_EQ(closest_name(std::string(1'000'000, 'x'), known), ""); // no long work
}

TEST(terminal, suggests_a_name_of_the_list_that_an_error_gives) {
    const auto with = [](const char* message) { return gpupack_tools::with_suggestion(message); };
    EXPECT_EQ(with("x: --queue: \"strct\": expected one of overtake, strict, easy"),
              "x: --queue: \"strct\": expected one of overtake, strict, easy, did you mean strict?");
    EXPECT_EQ(with("x: --engine: \"sca\": expected indexed, scan, parallel or cuda"),
              "x: --engine: \"sca\": expected indexed, scan, parallel or cuda, did you mean scan?");
    EXPECT_EQ(with("header: \"a\nb\": expected c"), "header: \"a b\": expected c");
    for (const char* const same : {"--queue: \"fifo\": expected one of overtake, strict, easy", // nothing is close
                                   "--seed: \"1\": expected N or N:M, whole numbers with N up to M",
                                   "FILE: \"\": expected a file, or - for standard input",
                                   "--a: \"b\": expected bc, bd, did you mean bc?", "no error of ours"})
        EXPECT_EQ(with(same), same);
}

TEST(terminal, breaks_help_at_its_width) {
    const std::string help = "Does something useful with a file that somebody has.\n\n\nOptions:\n  -x,--extra N       "
                             "         what it is, in many words indeed\n"
                             "  --a-flag-that-is-very-long WORD short words\n";
    EXPECT_EQ(wrapped_help(help, 50), "Does something useful with a file that somebody\n"
                                      "has.\n"
                                      "\n"
                                      "Options:\n"
                                      "  -x,--extra N              what it is, in many\n"
                                      "                            words indeed\n"
                                      "  --a-flag-that-is-very-long WORD short words\n");
}

TEST(terminal, parts_a_table_that_is_too_wide) {
    const std::string table = "a few words before it\nname       one   two two   three\nlonger       1        22      "
                              "33\nb          100         2       3\n\nlast\n";
    EXPECT_EQ(fitted(table, 80), table);
    EXPECT_EQ(fitted(table, 28), "a few words before it\n"
                                 "name       one   two two\n"
                                 "longer       1        22\n"
                                 "b          100         2\n"
                                 "\n"
                                 "name       three\n"
                                 "longer        33\n"
                                 "b              3\n"
                                 "\nlast\n");
    // one column of words is broken behind the names
    EXPECT_EQ(fitted("fgd       waste of it all\nrandom    any\n", 20),
              "fgd       waste of\n          it all\nrandom    any\n");
    EXPECT_EQ(fitted("a sentence that is long\n", 12), "a sentence\nthat is long\n");
    EXPECT_EQ(fitted("", 40), "");
    setenv("COLUMNS", "40", 1);
    EXPECT_NE(fitted_for(std::string(50, 'x') + " y\n", -1), std::string(50, 'x') + " y\n");
    unsetenv("COLUMNS");
    EXPECT_EQ(fitted_for(std::string(50, 'x') + " y\n" + std::string(99, 'z'), -1),
              std::string(50, 'x') + " y\n" + std::string(99, 'z'));
}

TEST(terminal, has_the_width_that_the_environment_says) {
    setenv("COLUMNS", "57", 1);
    EXPECT_EQ(terminal_width(-1), 57U);
    setenv("COLUMNS", "nonsense", 1);
    EXPECT_EQ(terminal_width(-1), 80U);
    unsetenv("COLUMNS");
    EXPECT_EQ(terminal_width(-1), 80U);
    EXPECT_FALSE(can_redraw(-1));
}
