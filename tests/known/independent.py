"""The published problems of `scenarios/known/` solved without the planner, from their numbers typed in again."""

import csv
import math
from itertools import combinations, product
from pathlib import Path

import networkx as nx
import numpy as np
import yaml
from scipy import optimize

FOLDER = Path(__file__).parents[2] / "scenarios" / "known"


def transport(cost, supply, demand):
    """Return the least cost of a transport problem: an LP with a row for each plant and each market."""
    cost = np.array(cost, float)
    plants, markets = cost.shape
    from_plant = np.kron(np.eye(plants), np.ones(markets))
    to_market = np.tile(np.eye(markets), plants)
    answer = optimize.linprog(cost.ravel(), A_ub=from_plant, b_ub=supply, A_eq=to_market, b_eq=demand)
    assert answer.status == 0
    return answer.fun


def location(fixed, capacity, cost, demand, *, single=False):
    """Return the least cost of capacitated plant location, a MILP; `single`: each market has one plant."""
    cost = np.array(cost, float)
    plants, markets = cost.shape
    price = np.concatenate([fixed, (cost * demand).ravel()])
    takes = np.kron(np.eye(plants), np.array(demand, float))
    rows = [
        optimize.LinearConstraint(np.hstack([-np.diag(capacity), takes]), -np.inf, 0),
        optimize.LinearConstraint(np.hstack([np.zeros((markets, plants)), np.tile(np.eye(markets), plants)]), 1, 1),
    ]
    whole = np.concatenate([np.ones(plants), np.full(plants * markets, float(single))])
    answer = optimize.milp(
        price, constraints=rows, integrality=whole, bounds=optimize.Bounds(0, 1), options={"mip_rel_gap": 0}
    )
    assert answer.status == 0
    return answer.fun


def cap41():
    """cap41 of the OR-Library; its 850 numbers are read from the scenario's files, not typed again."""
    with (FOLDER / "cap41.csv").open() as file:
        cost = [[float(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]]
    written = yaml.safe_load((FOLDER / "cap41.yaml").read_text())
    demand = list(written["workloads"]["goods"]["demand"]["by_region"].values())
    fixed = [0 if s == 10 else 7500 for s in range(16)]
    return location(fixed, np.full(16, 5000.0), cost, np.array(demand, float))


def assignment(cost):
    """Return the least cost of an assignment, by the Hungarian method."""
    cost = np.array(cost, float)
    return cost[optimize.linear_sum_assignment(cost)].sum()


def directed(arcs):
    """Return a directed graph of (tail, head, capacity, price)."""
    graph = nx.DiGraph()
    for tail, head, capacity, price in arcs:
        graph.add_edge(tail, head, weight=price, **({} if capacity is None else {"capacity": capacity}))
    return graph


def cheapest_flow(arcs, leaves):
    """Return the least cost of a flow, by the network simplex; `leaves` is what each node sends, less what it takes."""
    graph = directed(arcs)
    for node, amount in leaves.items():
        graph.nodes[node]["demand"] = -amount
    return nx.min_cost_flow_cost(graph)


def undirected(roads):
    """Return an undirected graph of (end, end, length)."""
    graph = nx.Graph()
    graph.add_weighted_edges_from(roads)
    return graph


PARK = [
    ("O", "A", 2), ("O", "B", 5), ("O", "C", 4), ("A", "B", 2), ("A", "D", 7), ("B", "C", 1), ("B", "D", 4),
    ("B", "E", 3), ("C", "E", 4), ("D", "E", 1), ("D", "T", 5), ("E", "T", 7),
]  # fmt: skip


def powerco():
    """Powerco's three plants and four cities."""
    return transport([[8, 6, 10, 9], [9, 12, 13, 7], [14, 9, 16, 5]], [35, 50, 40], [45, 20, 30, 30])


def canned_peas():
    """P & T Company's three canneries and four warehouses."""
    cost = [[464, 513, 654, 867], [352, 416, 690, 791], [995, 682, 388, 685]]
    return transport(cost, [75, 125, 100], [80, 65, 70, 85])


def machineco():
    """Machineco's four machines and four jobs."""
    return assignment([[14, 5, 8, 7], [2, 12, 6, 5], [7, 8, 3, 9], [2, 4, 6, 10]])


def job_shop():
    """The Job Shop Company's three machines and four places; one pair is priced out."""
    return assignment([[13, 16, 12, 11], [15, 1e6, 13, 20], [5, 7, 10, 6]])


def sailco():
    """Sailco as a transport problem: from each quarter and kind of time to each quarter not before it."""
    never = 1e6
    rows, supply = [[20.0 * j for j in range(4)]], [10]
    for price, most in ((400, 40), (450, 1000)):
        for i in range(4):
            rows.append([price + 20 * (j - i) if j >= i else never for j in range(4)])
            supply.append(most)
    return transport(rows, supply, [40, 60, 75, 25])


def wagner_whitin():
    """The paper's own recursion: the best last run of each number of months."""
    demand = [69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56]
    setup = [85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114]
    best = [0.0]
    for last in range(12):
        kept = lambda run, last=last: sum((t - run) * demand[t] for t in range(run, last + 1))  # noqa: E731
        best.append(min(best[run] + setup[run] + kept(run) for run in range(last + 1)))
    return best[-1]


def sunoil():
    """SunOil's five regions, each with a small and a large plant."""
    cost = [
        [81, 92, 101, 130, 115], [117, 77, 108, 98, 100], [102, 105, 95, 119, 111], [115, 125, 90, 59, 74],
        [142, 100, 103, 105, 71],
    ]  # fmt: skip
    fixed = [6000, 4500, 6500, 4100, 4000, 9000, 6750, 9750, 6150, 6000]
    return location(fixed, [10] * 5 + [20] * 5, cost * 2, [12, 8, 14, 16, 7])


def telecom_optic(*, single=False):
    """TelecomOptic's five plants and six cities."""
    cost = [
        [1675, 400, 685, 1630, 1160, 2800], [1460, 1940, 970, 100, 495, 1200], [1925, 2400, 1425, 500, 950, 800],
        [380, 1355, 543, 1045, 665, 2321], [922, 1646, 700, 508, 311, 1797],
    ]  # fmt: skip
    fixed, demand = [7650, 3500, 5000, 4100, 2200], [10, 8, 14, 6, 7, 11]
    return location(fixed, [18, 24, 27, 22, 31], cost, demand, single=single)


def telecom_optic_single():
    """The same, with one plant for each city."""
    return telecom_optic(single=True)


def seervada_max_flow():
    """The park's most trips, by networkx."""
    arcs = ["OA5", "OB7", "OC4", "AB1", "AD3", "BC2", "BD4", "BE5", "CE4", "DT9", "ED1", "ET6"]
    return nx.maximum_flow_value(directed([(arc[0], arc[1], int(arc[2]), 0) for arc in arcs]), "O", "T")


def lucky_puck():
    """The most crates, by networkx; the nodes are those of the book's figure."""
    arcs = ["s1:16", "s2:13", "13:12", "21:4", "24:14", "32:9", "3t:20", "43:7", "4t:4"]
    split = [(pair[0], pair[1], int(most), 0) for pair, most in (arc.split(":") for arc in arcs)]
    return nx.maximum_flow_value(directed(split), "s", "t")


def seervada_shortest_path():
    """The park's shortest way, by Dijkstra's method."""
    return nx.shortest_path_length(undirected(PARK), "O", "T", weight="weight")


def seervada_spanning_tree():
    """The park's spanning tree, by Kruskal's method."""
    return nx.minimum_spanning_tree(undirected(PARK)).size(weight="weight")


def distribution_unlimited():
    """Distribution Unlimited's lanes, by the network simplex; nodes are the book's letters."""
    arcs = [
        ("A", "B", 10, 200), ("A", "C", None, 400), ("A", "D", None, 900), ("B", "C", None, 300), ("C", "E", 80, 100),
        ("D", "E", None, 300), ("E", "D", None, 200),
    ]  # fmt: skip
    return cheapest_flow(arcs, {"A": 50, "B": 40, "D": -30, "E": -60})


def min_cost_flow():
    """The nine arcs as in OR-Tools' example, by networkx."""
    tails, heads = [0, 0, 1, 1, 1, 2, 2, 3, 4], [1, 2, 2, 3, 4, 3, 4, 4, 2]
    most, price = [15, 8, 20, 4, 10, 15, 4, 20, 5], [4, 4, 2, 2, 6, 1, 3, 2, 3]
    return cheapest_flow(list(zip(tails, heads, most, price, strict=True)), {0: 20, 3: -5, 4: -15})


def tax_offices():
    """All 220 sets of three cities tried, over the shortest ways."""
    people = [15, 10, 12, 18, 5, 24, 11, 16, 13, 22, 19, 20]
    roads = [
        (1, 2, 15), (1, 5, 24), (1, 7, 18), (2, 3, 22), (3, 4, 18), (3, 5, 16), (3, 9, 20), (4, 6, 12), (5, 8, 12),
        (5, 9, 24), (6, 9, 12), (6, 12, 22), (7, 8, 15), (7, 10, 22), (8, 9, 30), (8, 11, 25), (9, 11, 19), (9, 12, 19),
        (10, 11, 19), (11, 12, 21),
    ]  # fmt: skip
    way = dict(nx.all_pairs_dijkstra_path_length(undirected(roads)))
    far = lambda offices: sum(n * min(way[c][o] for o in offices) for c, n in enumerate(people, 1))  # noqa: E731
    return min(far(offices) for offices in combinations(range(1, 13), 3))


def melange():
    """All ways to give each of four buckets to one of two GPUs, rounded up to whole GPUs."""
    rates = [30 * share for share in (0.2, 0.1, 0.5, 0.2)]
    fast = {"A10G": (2, 1, 5, 2), "A100": (20, 20, 40, 20)}
    price = {"A10G": 1.01, "A100": 3.67}
    costs = []
    for chosen in product(fast, repeat=4):
        load = {gpu: sum(r / fast[gpu][i] for i, r in enumerate(rates) if chosen[i] == gpu) for gpu in fast}
        costs.append(sum(price[gpu] * math.ceil(load[gpu] - 1e-9) for gpu in fast))
    return min(costs)


def melange_split():
    """Whole GPUs of each kind tried, each with an LP that puts as much load on them as they bear."""
    rates = [30 * share for share in (0.2, 0.1, 0.5, 0.2)]
    load = np.array([[1 / 2, 1 / 1, 1 / 5, 1 / 2], [1 / 20, 1 / 20, 1 / 40, 1 / 20]])
    found = []
    for small, large in product(range(13), range(3)):
        rows = np.kron(np.eye(2), np.ones(4)) * load.ravel()
        answer = optimize.linprog(np.zeros(8), A_ub=rows, b_ub=[small, large], A_eq=np.tile(np.eye(4), 2), b_eq=rates)
        if answer.status == 0:
            found.append(1.01 * small + 3.67 * large)
    return min(found)


PUBLISHED = {
    "cap41": 1_040_444.375, "canned-peas": 152_535, "distribution-unlimited": 49_000, "job-shop": 29, "lucky-puck": 23, "machineco": 15,
    "melange": 6.7, "min-cost-flow": 150, "powerco": 1020, "sailco": 78_450, "seervada-max-flow": 14,
    "seervada-shortest-path": 13, "seervada-spanning-tree": 14, "sunoil": 23_751, "tax-offices": 2438,
    "telecom-optic": 47_401, "telecom-optic-single": 49_717, "wagner-whitin": 864,
}  # fmt: skip
"""The optimum that each publication states."""

BY_HAND = {"melange-split": 4.68}
"""Cases beside them, whose optimum is a sum of two prices."""
