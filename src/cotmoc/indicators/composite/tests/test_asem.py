"""Agreement with COINr: what its public documentation prints of the ASEM data set, stage by stage.

Sources and date: `asem/README.md`; every other number here is printed in the vignette that the test
names.
"""

from pathlib import Path

import numpy as np
import pytest

from cotmoc.indicators.composite import prepare
from cotmoc.indicators.composite.aggregate import Aggregation, aggregate
from cotmoc.indicators.composite.compose import Method, compose
from cotmoc.indicators.composite.correlate import correlations
from cotmoc.indicators.composite.data import read_dataset
from cotmoc.indicators.composite.framework import Aggregate, Indicator, arranged
from cotmoc.indicators.composite.normalise import Normalisation, minmax, rank_up, zscore
from cotmoc.indicators.composite.ranking import ranks
from cotmoc.indicators.composite.tables import Row, Table, read_table
from cotmoc.indicators.composite.tests.build import NAN, dataset, flat
from cotmoc.indicators.composite.treat import kurtosis, skewness, treat_one
from cotmoc.indicators.composite.weights import effective

FOLDER = Path(__file__).parent / "asem"
PILLARS = {
    "Conn": ("Physical", "ConEcFin", "Political", "Instit", "P2P"),
    "Sust": ("Environ", "Social", "SusEcFin"),
}
HALF = 0.005  # what two printed decimals leave open


def published(name):
    return read_table((FOLDER / f"{name}.csv").read_bytes(), name)


def columns(table, codes):
    places = [table.header.index(code) for code in codes]
    return np.array([[float(row.cells[place]) for place in places] for row in table.rows])


@pytest.fixture(scope="module")
def scores():
    return published("scores")


@pytest.fixture(scope="module")
def from_pillars(scores):
    """The index from the eight published pillar scores, equally weighted as in ASEM."""
    leaves = [Indicator(code, parent=group) for group, codes in PILLARS.items() for code in codes]
    groups = [Aggregate(group, parent="Index") for group in PILLARS]
    framework = arranged(leaves, [*groups, Aggregate("Index")])
    values = columns(scores, [each.code for each in leaves])
    units = [row.cells[0] for row in scores.rows]
    given = dataset(framework, values, units)
    return compose(given, Method(normalisation=Normalisation("none")))


def test_sub_indices_and_index_of_all_51_countries_agree(scores, from_pillars):
    expected = columns(scores, ["Conn", "Sust", "Index"])
    assert expected.shape == (51, 3)
    np.testing.assert_allclose(from_pillars.aggregates, expected, atol=2 * HALF + 1e-9)


def test_the_order_of_all_51_countries_agrees(from_pillars):
    ranked = columns(published("ranks"), ["Index"])[:, 0]
    assert from_pillars.ranks[:, -1].tolist() == ranked.tolist()


def test_all_561_ranks_agree_with_their_ties(scores):
    codes = ["Index", *PILLARS, *(code for codes in PILLARS.values() for code in codes)]
    expected = columns(published("ranks"), codes)
    assert ranks(columns(scores, codes)).tolist() == expected.tolist()
    ties = [len(set(column)) < 51 for column in expected.T]
    assert sum(ties) == 2  # ConEcFin and Instit


def test_the_structure_gives_the_effective_weights_that_are_printed():
    """Vignette "Weights": Goods 0.02, Renew 0.0333; every level sums to 1."""
    meta = published("structure")
    meta = Table(
        meta.file,
        (*meta.header, "Direction"),
        tuple(Row(row.line, (*row.cells, "1")) for row in meta.rows),
    )
    codes = [row.cells[1] for row in meta.rows if row.cells[4] == "Indicator"]
    data = Table("d", ("uCode", *codes), (Row(2, ("A", *["1"] * 49)),))
    framework = read_dataset(data, meta).framework
    assert (len(framework.indicators), len(framework.aggregates)) == (49, 11)
    tree = framework.tree()
    found = dict(zip(tree.codes, effective(tree, tree.weights), strict=True))
    assert found["Goods"] == pytest.approx(0.02)
    assert found["Renew"] == pytest.approx(0.03333333)
    for level in (1, 2, 3, 4):
        codes = [code for code, each in framework.levels().items() if each == level]
        assert sum(found[code] for code in codes) == pytest.approx(1)


def test_correlations_of_index_and_sub_indices_agree(scores):
    """Vignette "Weights", get_corr(coin, dset = "Aggregated", Levels = c(3, 4))."""
    found = correlations(columns(scores, ["Index", "Conn", "Sust"]))
    assert found[0, 1:].tolist() == pytest.approx([0.9397805, 0.8382873], abs=1e-4)


def test_principal_components_agree(scores):
    """Vignette "Weights", get_PCA(coin, dset = "Aggregated", Level = 2): first loadings."""
    loadings = {
        "Conn": [0.5117970, 0.3049926, 0.3547671, 0.5081540, 0.5108455],
        "Sust": [0.6513188, -0.7443677, 0.1473108],
    }
    for group, printed in loadings.items():
        framework = flat(len(printed))
        values = columns(scores, PILLARS[group])
        method = Method(normalisation=Normalisation("none"), weighting="principal")
        found = compose(dataset(framework, values), method).weights[:-1]
        # None of ours is negative: they are the loadings squared.
        assert found.tolist() == pytest.approx([each**2 for each in printed], abs=1e-3)


def test_min_max_of_a_raw_column_agrees():
    """Ship: raw in "Building coins", normalised (0 to 100) in "Normalisation". China has the most
    and Austria, with 0, the least; the most follows from its printed target, 95 % of the way."""
    raw = {"AUS": 14.004198, "AUT": 0.0, "BEL": 20.567121, "BGD": 9.698165, "BGR": 7.919366,
           "CYP": 11.689495, "CHN": 20.113377 / 0.95}  # fmt: skip
    printed = {"AUS": 66.14497, "AUT": 0.0, "BEL": 97.14314, "BGD": 45.80661, "BGR": 37.40495,
               "CYP": 55.21211, "CHN": 100.0}  # fmt: skip
    found = minmax(np.array(list(raw.values()))[:, None])[:, 0]
    assert found.tolist() == pytest.approx(list(printed.values()), abs=2e-5)


def test_z_scores_lie_on_the_same_line():
    """Flights: raw in "Building coins" and "Denomination", z-scores with mean 10 and deviation 2 in
    "Normalisation": differences in the same proportion."""
    raw = np.array([36.05498, 29.01725, 31.88546, 4.27955, 9.23588, 8.75467, 15.30953])
    printed = np.array([9.889993, 9.588735, 9.711512, 8.529810, 8.741971, 8.721372, 9.001961])
    ours = zscore(raw[:, None], 10, 2)[:, 0]
    slope = (printed[0] - printed[3]) / (ours[0] - ours[3])
    np.testing.assert_allclose((ours - ours[0]) * slope + printed[0], printed, atol=2e-6)


def test_borda_scores_keep_the_printed_order():
    """LPI: raw in "Building coins", Borda scores in "Normalisation"."""
    raw = [3.793385, 4.097985, 4.108538, 2.663902, 2.807685, 2.999061]
    printed = [36, 44, 45, 4, 7, 14]
    assert (
        np.argsort(rank_up(np.array(raw)[:, None])[:, 0]).tolist() == np.argsort(printed).tolist()
    )


def test_a_weighted_harmonic_mean_agrees():
    """Vignette "Aggregation", a_hmean with weights 1, 1, 2, 1 on printed normalised rows (three
    figures each)."""
    values = np.array([[94.1, 14.2, 1.0, 29.4], [94.6, 15.6, 97.2, 40.0], [35.0, 4.89, 38.0, 15.6],
                       [51.2, 4.90, 59.2, 34.3], [43.7, 4.66, 55.7, 1.0]])  # fmt: skip
    tree = flat(4, [1.0, 1.0, 2.0, 1.0]).tree()
    found = aggregate(values, tree, tree.weights, Aggregation("harmonic"))[:, 0]
    np.testing.assert_allclose(found, [2.36, 41.5, 14.3, 17.4, 3.93], rtol=3e-3)


def test_the_data_threshold_agrees():
    """Vignette "Aggregation": at least 2/3 of three indicators."""
    values = np.array([[1, 3, 1], [2, NAN, NAN], [3, NAN, 1]])
    tree = flat(3).tree()
    found = aggregate(values, tree, tree.weights, Aggregation(threshold=2 / 3))[:, 0]
    np.testing.assert_allclose(found, [1.666667, NAN, 2.0], atol=1e-6)


RAW = [
    [23.7, 0.13405, NAN, 11.519], [583.5, 2.20754, 16.182, 24.040], [3.6, 0.05780, 0.985, 6.509],
    [249.8, 1.79800, NAN, 17.242], [NAN, NAN, NAN, 3.315], [64.2, 1.15292, 7.555, 26.757],
    [0.3, 0.00266, 0.046, 0.404], [NAN, 0.08905, NAN, 2.907], [46.5, 0.34615, 1.213, 3.370],
    [7.2, 0.03553, 1.256, 0.966],
]  # fmt: skip


def test_imputing_by_the_mean_agrees():
    """Vignette "Imputation": Pat, CultServ, CultGood, Tourist of ten countries."""
    found = prepare.impute(dataset(flat(4), RAW), "mean").values
    assert found[4].tolist() == pytest.approx([122.35, 0.6470778, 4.5395, 3.315])
    assert found[[0, 3, 7], 2].tolist() == pytest.approx([4.5395] * 3)


def test_imputing_by_the_median_of_groups_agrees():
    framework = flat(4, groups=("half",))
    given = dataset(framework, RAW, groups={"half": ("a",) * 5 + ("b",) * 5})
    found = prepare.impute(given, "median", "half").values
    assert found[4].tolist() == pytest.approx([136.75, 0.966025, 8.5835, 3.315])
    assert found[7].tolist() == pytest.approx([26.85, 0.08905, 1.2345, 2.907])


def test_screening_agrees():
    """Vignette "Screening": three quarters of Research, Pat, CultServ, CultGood."""
    values = [
        [20437, 249.8, 1.798, NAN], [175, NAN, NAN, NAN], [8080, 64.2, 1.15292, 7.555],
        [293, 0.3, 0.00266, 0.046], [299, NAN, 0.08905, NAN], [7731, 46.5, 0.34615, 1.213],
        [7122, 7.2, 0.03553, 1.256], [1361, 11.3, 0.29555, 3.185], [16182, 141.5, 1.44633, 8.379],
        [11411, 270.5, 0.9278, 14.507], [5317, 53.6, 0.08969, 6.661], [3618, NAN, NAN, NAN],
    ]  # fmt: skip
    units = ["KOR", "LAO", "MYS", "MNG", "MMR", "NZL", "PAK", "PHL", "RUS", "SGP", "THA", "VNM"]
    kept, left = prepare.screen(dataset(flat(4), values, units), 0.75)
    assert left == ("LAO", "MMR", "VNM")
    assert len(kept.units) == 9


def test_treatment_agrees():
    """Vignette "Treatment": 1 to 10, 30 and 100; one point is pulled in."""
    values = np.array([*range(1, 11), 30, 100], dtype=np.float64)
    assert skewness(values) == pytest.approx(3.063241, abs=1e-6)
    assert kurtosis(values) == pytest.approx(9.741391, abs=1e-6)
    found, what = treat_one(values)
    assert (what.done, what.points) == ("winsorised", 1)
    assert found.tolist() == [*range(1, 11), 30, 30]
    assert what.skew == pytest.approx(1.712038, abs=1e-6)
    assert what.kurtosis == pytest.approx(1.815781, abs=1e-6)
