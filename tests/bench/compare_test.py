# SPDX-License-Identifier: Apache-2.0
"""Comparing two runs: the statistics against slow oracles, the verdicts, and what is said about bad files."""
import contextlib
import io
import itertools
import json
import math
import pathlib
import random
import statistics
import sys
import tempfile
import unittest
import unittest.mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import bench_compare  # noqa: E402
import bench_tool  # noqa: E402


def u_by_pairs(a, b):
    """Returns twice the Mann-Whitney U: for each pair 2 where b is larger, 1 where both are equal."""
    return sum(2 * (y > x) + (y == x) for x in a for y in b)


def p_by_enumeration(a, b):
    """Returns the share of all ways to deal the values to two sides in which U is as far from its mean as here."""
    values = list(a) + list(b)
    mean = len(a) * len(b)
    distance = abs(u_by_pairs(a, b) - mean)
    extreme = total = 0
    for side in itertools.combinations(range(len(values)), len(a)):
        first = [values[i] for i in side]
        second = [values[i] for i in range(len(values)) if i not in side]
        extreme += abs(u_by_pairs(first, second) - mean) >= distance
        total += 1
    return extreme / total


def entries(name, times, unit="ns", **more):
    """Returns one repetition a time, as Google Benchmark writes it."""
    return [{"name": name, "run_name": name, "run_type": "iteration", "repetition_index": index, "real_time": time,
             "cpu_time": time, "time_unit": unit, **more} for index, time in enumerate(times)]


class Statistics(unittest.TestCase):
    def test_p_is_that_of_an_enumeration(self):
        choices = random.Random(7)
        for first, second in itertools.product(range(1, 6), repeat=2):
            for largest in (2, 5, 1000):
                a = [choices.randint(1, largest) for _ in range(first)]
                b = [choices.randint(1, largest) for _ in range(second)]
                with self.subTest(a=a, b=b):
                    self.assertAlmostEqual(bench_compare.mann_whitney_p(a, b), p_by_enumeration(a, b), places=12)

    def test_p_of_separate_samples_is_known(self):
        for size, ways in ((3, 20), (4, 70), (5, 252), (10, 184756), (20, 137846528820)):
            low, high = list(range(size)), list(range(size, 2 * size))
            self.assertAlmostEqual(bench_compare.mann_whitney_p(low, high), 2 / ways, places=15)
            self.assertAlmostEqual(bench_compare.mann_whitney_p(high, low), 2 / ways, places=15)

    def test_p_of_equal_values_is_one(self):
        for size in (5, 30):
            self.assertEqual(bench_compare.mann_whitney_p([4.0] * size, [4.0] * size), 1)

    def test_the_approximation_meets_the_exact_value(self):
        size = bench_compare.MOST_EXACT
        choices = random.Random(3)
        for largest, shift in itertools.product((20, 10**6), (0, 0.1, 0.2, 0.3, 0.4, 0.5)):
            a = [choices.randint(1, largest) for _ in range(size)]
            b = [choices.randint(1, largest) + int(shift * largest) for _ in range(size)]
            exact = bench_compare.mann_whitney_p(a, b)
            with unittest.mock.patch.object(bench_compare, "MOST_EXACT", size - 1):
                approximate = bench_compare.mann_whitney_p(a, b)
            self.assertNotEqual(approximate, exact)
            self.assertAlmostEqual(approximate, exact, delta=0.003 if 0.02 < exact < 0.1 else 0.006)

    def test_the_deviation_is_that_of_drawing_ranks(self):
        # The variance of a sum of n ranks drawn from N without putting back, which ties change by themselves.
        values = [1, 1, 1, 2, 3, 3, 4, 5, 5, 5, 5]
        ranks = [rank / 2 for rank in bench_compare.doubled_ranks(values)]
        for first in (1, 4, 7):
            second = len(values) - first
            drawn = math.sqrt(first * second / (len(values) - 1) * statistics.pvariance(ranks))
            self.assertAlmostEqual(bench_compare.standard_deviation_of_u(first, second, [3, 1, 2, 1, 4]), drawn)

    def test_critical_values_are_the_published_ones(self):
        # Two-sided, 0.05: any table of the Mann-Whitney U test.
        for sizes, critical in {(3, 3): -1, (4, 4): 0, (5, 5): 2, (6, 6): 5, (7, 7): 8, (8, 8): 13, (10, 10): 23,
                                (4, 5): 1, (5, 8): 6, (10, 20): 55, (20, 20): 127}.items():
            self.assertEqual(bench_compare.largest_significant_u(*sizes), critical, sizes)

    def test_the_interval_leaves_out_1_where_the_test_sees_a_difference(self):
        choices = random.Random(5)
        seen = set()
        for size in (4, 5, 8, 20, 25):
            for shift in (0, 0.5, 1, 2):
                a = [choices.gauss(100, 1) for _ in range(size)]
                b = [choices.gauss(100 + shift, 1) for _ in range(size)]
                low, high = bench_compare.ratio_interval(a, b)
                outside = not low <= 1 <= high
                self.assertEqual(outside, bench_compare.mann_whitney_p(a, b) < 0.05)
                seen.add(outside)
        self.assertEqual(seen, {True, False})

    def test_the_interval_holds_the_true_ratio_as_often_as_it_says(self):
        choices = random.Random(11)
        inside = 0
        for _ in range(1000):
            a = [choices.lognormvariate(0, 0.1) for _ in range(5)]
            b = [1.5 * choices.lognormvariate(0, 0.1) for _ in range(5)]
            low, high = bench_compare.ratio_interval(a, b)
            inside += low <= 1.5 <= high
        # 5 against 5 gives 96.8 %; three standard errors of 1000 trials are 1.7 %.
        self.assertGreater(inside, 950)
        self.assertLess(inside, 986)

    def test_the_ends_of_the_interval_are_known(self):
        # 4 against 4: the lowest and the highest of the 16 ratios; 5 against 5: the third from either end of 25.
        self.assertEqual(bench_compare.ratio_interval([1, 2, 4, 8], [16, 32, 64, 128]), (2, 128))
        a, b = [1, 2, 4, 8, 16], [32, 64, 128, 256, 512]
        self.assertEqual(bench_compare.ratio_interval(a, b), (4, 256))

    def test_no_interval_of_three(self):
        self.assertIsNone(bench_compare.ratio_interval([1, 2, 3], [4, 5, 6]))


class Verdict(unittest.TestCase):
    def test_of_clear_cases(self):
        a = [100, 101, 102, 103, 104]
        self.assertEqual(bench_compare.verdict(a, [80, 81, 82, 83, 84]), ("faster", ""))
        self.assertEqual(bench_compare.verdict(a, [120, 121, 122, 123, 124]), ("slower", ""))
        self.assertEqual(bench_compare.verdict(a, a), ("cannot tell", "p = 1.00"))

    def test_of_a_real_but_small_difference(self):
        word, why = bench_compare.verdict([100.0, 100.1, 100.2, 100.3], [101.5, 101.6, 101.7, 101.8])
        self.assertEqual((word, why), ("cannot tell", "1.5 % apart, less than 2 %"))

    def test_of_a_large_but_noisy_difference(self):
        word, why = bench_compare.verdict([100, 90, 150, 80], [130, 95, 160, 85])
        self.assertEqual(word, "cannot tell")
        self.assertTrue(why.startswith("p = "), why)

    def test_of_ties(self):
        self.assertEqual(bench_compare.verdict([100] * 5, [110] * 5), ("slower", ""))
        self.assertEqual(bench_compare.verdict([100] * 5, [100] * 4 + [110])[0], "cannot tell")

    def test_of_too_few(self):
        many, few = [100, 101, 102, 103], [1, 2, 3]
        self.assertEqual(bench_compare.verdict(few, many), ("cannot tell", "A has 3 repetitions, 4 are needed"))
        self.assertEqual(bench_compare.verdict(many, few), ("cannot tell", "B has 3 repetitions, 4 are needed"))
        self.assertEqual(bench_compare.verdict(many, [1, 2, 3, 4]), ("faster", ""))

    def test_of_a_time_of_zero(self):
        self.assertEqual(bench_compare.verdict([0] * 5, [1] * 5), ("cannot tell", "the median of A is 0"))


class Files(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def compare(self, a, b):
        """Returns exit status, standard output and standard error of --compare."""
        out, error = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            status = bench_tool.main(["--compare", a, b])
        return status, out.getvalue(), error.getvalue()

    def run_of(self, name, *lists, **context):
        return self.file(name, {"context": context, "benchmarks": [entry for own in lists for entry in own]})

    def test_units_may_differ(self):
        a = self.run_of("a.json", entries("x", [2.0, 2.1, 2.2, 2.3], "us"))
        b = self.run_of("b.json", entries("x", [1000, 1050, 1100, 1150], "ns"))
        status, out, _ = self.compare(a, b)
        self.assertEqual(status, 0)
        self.assertRegex(out, r"(?m)^x +2\.150 us +1\.075 us +0\.500 +0\.\d{3} to 0\.\d{3} +faster$")

    def test_medians_of_the_file_are_not_repetitions(self):
        mean = {"name": "x_mean", "run_name": "x", "run_type": "aggregate", "real_time": 5, "time_unit": "ns"}
        a = self.run_of("a.json", entries("x", [1, 2, 3, 4]), [mean])
        self.assertEqual(bench_compare.repetitions(bench_compare.read_results(a), a), {"x": [1, 2, 3, 4]})

    def test_a_benchmark_in_one_file_only(self):
        a = self.run_of("a.json", entries("x", [1, 2, 3, 4]), entries("gone", [1]))
        b = self.run_of("b.json", entries("x", [1, 2, 3, 4]), entries("new", [1]))
        status, out, _ = self.compare(a, b)
        self.assertEqual(status, 0)
        self.assertIn("only in A: gone\n", out)
        self.assertIn("only in B: new\n", out)
        status, out, _ = self.compare(self.run_of("c.json"), b)
        self.assertEqual(status, 0)
        self.assertIn("no benchmark is in both files\n", out)

    def test_a_benchmark_that_failed_has_no_times(self):
        a = self.run_of("a.json", entries("x", [1, 2, 3, 4]))
        b = self.run_of("b.json", [{"name": "x", "run_type": "iteration", "error_occurred": True}])
        status, out, _ = self.compare(a, b)
        self.assertEqual(status, 0)
        self.assertIn("cannot tell (B has 0 repetitions, 4 are needed)", out)

    def test_other_machines_are_named(self):
        one = {"host_name": "one", "num_cpus": 2, "library_build_type": "release"}
        a = self.run_of("a.json", entries("x", [1]), **one)
        b = self.run_of("b.json", entries("x", [1]), **{**one, "num_cpus": 64, "library_build_type": "debug"})
        line = "the runs differ in more than the code: num_cpus 2 and 64; library_build_type release and debug"
        self.assertIn(line, self.compare(a, b)[1].splitlines())
        self.assertNotIn("differ", self.compare(a, a)[1])

    def test_bad_files_get_one_line(self):
        good = self.run_of("good.json", entries("x", [1]))
        bad = {"missing.json": None, "empty.json": "", "half.json": '{"benchmarks": [', "list.json": [1, 2],
               "no_list.json": {"context": {}}, "wrong.json": {"benchmarks": {}}, "context.json":
               {"context": 1, "benchmarks": []}, "entry.json": {"benchmarks": [1]}, "unit.json":
               {"benchmarks": entries("x", [1], "days")}, "text.json": {"benchmarks": entries("x", ["1"])},
               "negative.json": {"benchmarks": entries("x", [-1])}, "nan.json":
               {"benchmarks": entries("x", [math.nan])}, "deep.json": "[" * 100000}
        for name, content in bad.items():
            path = str(self.folder / name) if content is None else self.file(name, content)
            for pair in ((path, good), (good, path)):
                with self.subTest(name=name):
                    status, out, error = self.compare(*pair)
                    self.assertEqual((status, out), (2, ""))
                    self.assertEqual(error.count("\n"), 1, error)
                    self.assertIn(f"{path}: ", error)
                    self.assertIn("expected", error)

    def test_bytes_that_are_no_text(self):
        path = self.folder / "bytes.json"
        path.write_bytes(b"\xff\xfe\x00")
        self.assertEqual(self.compare(str(path), str(path))[0], 2)


class Table(unittest.TestCase):
    def test_times(self):
        for time, text in ((0.5, "0.500 ns"), (999, "999.0 ns"), (1000, "1.000 us"), (12345, "12.35 us"),
                           (1.5e6, "1.500 ms"), (2.5e10, "25.00 s")):
            self.assertEqual(bench_compare.time_text(time), text)

    def test_medians_of_an_even_number(self):
        self.assertIn("2.500 ns", bench_compare.compared("x", [1, 2, 3, 4], [1, 2, 3, 4])[1])
        self.assertEqual(statistics.median([1, 2, 3, 4]), 2.5)


if __name__ == "__main__":
    unittest.main()
