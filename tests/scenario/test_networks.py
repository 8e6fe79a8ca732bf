"""Network files: what each format gives, and that every bad file is an `InputError` with its place."""

import math
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.errors import InputError
from planner.scenario import networks
from planner.scenario.network_formats import gml as gml_format
from planner.scenario.network_formats import sndlib_native, units, xml_tree
from planner.scenario.network_formats.latency import great_circle_km, round_trip_ms
from planner.scenario.networks import draft_of, read_network

HERE = Path(__file__).parent / "networks"
SAMPLES = ["triangle.graphml", "triangle.gml", "square.txt", "square.xml"]
HEADER = "?SNDlib native format; type: network; version: 1.0\n"
NATIVE_NODES = "NODES (\nA ( 1 2 )\nB ( 3 4 )\n)\n"
XMLNS = 'xmlns="http://graphml.graphdrawing.org/xmlns"'


@pytest.fixture
def network(tmp_path):
    """Give a function that reads text or bytes as a network file of a name."""

    def read(name, data):
        file = tmp_path / name
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return read_network(file)

    return read


@pytest.fixture
def refused(network):
    """Give a function that returns the problems of a network file that is refused."""

    def problems(name, data):
        with pytest.raises(InputError) as caught:
            network(name, data)
        return caught.value.problems

    return problems


def graphml(inside, edgedefault="undirected", keys=""):
    return f'<graphml {XMLNS}>{keys}<graph edgedefault="{edgedefault}">{inside}</graph></graphml>'


def gml(edge="", node="", graph=""):
    """Return a graph of the nodes a and b and one edge with these attributes."""
    nodes = f'node [ id 1 label "a" {node} ] node [ id 2 label "b" ]'
    return f"graph [ {graph} {nodes} edge [ source 1 target 2 {edge} ] ]"


def sndlib_xml(nodes="", links="", demands="", root=""):
    structure = f"<networkStructure><nodes {root}>{nodes}</nodes><links>{links}</links></networkStructure>"
    return f'<network xmlns="http://sndlib.zib.de/network">{structure}<demands>{demands}</demands></network>'


# ---- distance and units ------------------------------------------------------------------------------------


def test_a_quarter_of_the_equator():
    """6371.0088 km x pi / 2 = 10,007.557 km; twice that at 200 km per ms is 100.076 ms."""
    assert great_circle_km((0, 0), (0, 90)) == pytest.approx(10007.557, abs=1e-3)
    assert round_trip_ms((0, 0), (0, 90)) == 100.076


def test_opposite_points_are_half_a_circumference_apart():
    """6371.0088 km x pi = 20,015.115 km, where rounding must not leave the domain of asin."""
    assert great_circle_km((90, 0), (-90, 17)) == pytest.approx(20015.115, abs=1e-3)
    assert great_circle_km((12.3, 45.6), (-12.3, -134.4)) == pytest.approx(20015.115, abs=1e-3)


def test_london_to_new_york():
    """5,570 km between (51.5074, -0.1278) and (40.7128, -74.0060), as atlases have it."""
    assert great_circle_km((51.5074, -0.1278), (40.7128, -74.0060)) == pytest.approx(5570, abs=2)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("bit/s", 1e9),
        ("bps", 1e9),
        ("kbps", 1e6),
        ("Mbit/s", 1e3),
        ("MBITPERSEC", 1e3),
        ("Mb/s", 1e3),
        ("Gbps", 1),
        ("GBPS", 1),
        ("G", 1),
        ("Tbps", 1e-3),
        ("GB/s", None),
        ("GBps", None),
        ("GB", None),
        ("bytes", None),
        ("wavelengths", None),
        ("", None),
        ("/s", None),
    ],
)
def test_rates(unit, expected):
    assert units.per_gbps(unit) == expected


def test_number_and_unit():
    assert units.number_and_unit(" 10 Gb/s ") == ("10", "Gb/s")
    assert units.number_and_unit("2.5e3us") == ("2.5e3", "us")
    assert units.number_and_unit("1e9") == ("1e9", "")
    assert units.number_and_unit("n/a") == ("n/a", "")


# ---- graphs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", ["triangle.graphml", "triangle.gml"])
def test_a_graph_with_the_attributes_of_the_topology_zoo(sample):
    assert read_network(HERE / sample) == {
        "nodes": {
            "Quito": {"latitude": 0.0, "longitude": 0.0},
            "Libreville": {"latitude": 0.0, "longitude": 90.0},
            "Quito-2": {},
        },
        "links": {
            "Quito-Libreville": {
                "from": "Quito",
                "to": "Libreville",
                "directed": False,
                "capacity_gbps": 2.5,
                "latency_ms": 100.076,  # from the distance
            },
            "Quito-Libreville-2": {
                "from": "Quito",
                "to": "Libreville",
                "directed": False,
                "capacity_gbps": 0.155,
                "latency_ms": 120.0,
            },
            "Libreville-Quito-2": {"from": "Libreville", "to": "Quito-2", "directed": False},
        },
        "traffic": {},
    }


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("latency 5", 5),
        ("latency_ms 5", 5),
        ("Delay 5", 5),
        ('latency "5 us"', 0.005),
        ('delay "0.5s"', 500),
        ('delay 5 delay_unit "us"', 0.005),
        ('delay "5 ms" delay_unit "us"', 5),
        ("delay 7 latency 5", 5),
    ],
)
def test_latency(network, attributes, expected):
    assert network("x.gml", gml(attributes))["links"]["a-b"]["latency_ms"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("LinkSpeedRaw 10000000000", 10),
        ('LinkSpeed "40" LinkSpeedUnits "G" LinkLabel "about 40 Gbps"', 40),
        ('LinkSpeed "1" LinkSpeedUnits "G" LinkSpeedRaw 2e9', 2),
        ('bandwidth "100 Mbps"', 0.1),
        ("capacity_gbps 400", 400),
        ("bandwidth_mbps 155", 0.155),
        ('capacity 10 capacity_unit "Tbps"', 10_000),
        ('capacity "" bandwidth "1G"', 1),
    ],
)
def test_capacity(network, attributes, expected):
    assert network("x.gml", gml(attributes))["links"]["a-b"]["capacity_gbps"] == expected


def test_a_unit_of_the_whole_graph(network):
    read = network("x.gml", gml("capacity 10 delay 3", graph='capacity_unit "Mbps" delay_unit "us"'))
    assert read["links"]["a-b"]["capacity_gbps"] == 0.01
    assert read["links"]["a-b"]["latency_ms"] == pytest.approx(0.003)


def test_no_unit_is_guessed(refused):
    (problem,) = refused("x.gml", gml("capacity 10"))
    assert problem.path == "links.a-b.capacity_gbps"
    where = (
        "call it capacity_gbps, write 10 Gbps, or say capacity_unit at the edge, at the graph or as the default of a"
    )
    assert f"there is no unit; {where}" in problem.message


def test_attributes_that_are_read_and_those_that_are_not(tmp_path):
    """A length of 500 km is a round trip of 5 ms in fibre; whatever else is written is named."""
    file = tmp_path / "x.gml"
    file.write_text(gml("capacity_gbps 10 length_km 500 colour 3"), encoding="utf-8")
    draft = draft_of(file)
    link = draft.parts()["links"]["a-b"]
    assert (link["capacity_gbps"], link["latency_ms"]) == (10, 5)
    assert draft.attributes()[-1] == (
        "attributes of links: read capacity_gbps, length_km as length of fibre for latency_ms; not read colour"
    )


def test_an_unknown_unit(refused):
    (problem,) = refused("x.gml", gml('bandwidth "10 GB/s"'))
    assert "'GB/s' is not known" in problem.message
    (problem,) = refused("x.gml", gml('latency "10 fortnights"'))
    assert "'fortnights' is not known: us, ms or s" in problem.message


def test_attributes_of_an_edge_that_say_nothing_leave_it_unlimited(network):
    read = network("x.gml", gml('LinkLabel "10-20Gbps" weight 3'))
    assert read["links"]["a-b"] == {"from": "a", "to": "b", "directed": False}


def test_names_from_labels_else_ids(network):
    """A label that a copy's name takes gets the next free one; a blank label counts as none."""
    text = 'node [ id 1 label "x" ] node [ id 2 label "x" ] node [ id 3 label "x-2" ] node [ id 4 label " " ]'
    assert list(network("x.gml", f"graph [ {text} node [ id 5 ] ]")["nodes"]) == ["x", "x-2", "x-2-2", "4", "5"]


def test_a_label_is_made_one_printable_line(network):
    assert list(network("x.gml", 'graph [ node [ id 1 label "K&#246;ln\n am &amp; Rhein" ] ]')["nodes"]) == [
        "Köln am & Rhein"
    ]


def test_directed_edges(network):
    nodes = '<node id="a"/><node id="b"/>'
    edges = '<edge source="a" target="b"/><edge source="b" target="a" directed="false"/>'
    links = network("x.graphml", graphml(nodes + edges, "directed"))["links"]
    assert {name: link["directed"] for name, link in links.items()} == {"a-b": True, "b-a": False}
    assert network("x.gml", gml(graph="directed 1"))["links"]["a-b"]["directed"] is True


def test_only_one_coordinate_is_none(network):
    assert network("x.gml", gml(node="latitude 3"))["nodes"]["a"] == {}


def test_defaults_of_graphml_keys(network):
    keys = '<key id="c" for="edge" attr.name="capacity_gbps"><default>40</default></key>'
    edges = '<edge source="a" target="b"/><edge source="a" target="b"><data key="c">10</data></edge>'
    links = network("x.graphml", graphml(f'<node id="a"/><node id="b"/>{edges}', keys=keys))["links"]
    assert [link["capacity_gbps"] for link in links.values()] == [40, 10]


def test_the_label_that_yed_draws(network):
    keys = '<key id="g" for="node" yfiles.type="nodegraphics"/>'
    drawn = '<y:ShapeNode xmlns:y="http://www.yworks.com/xml/graphml"><y:NodeLabel>Oslo</y:NodeLabel></y:ShapeNode>'
    text = graphml(f'<node id="n0"><data key="g">{drawn}</data></node>', keys=keys)
    assert list(network("x.graphml", text)["nodes"]) == ["Oslo"]


def test_graphml_without_a_namespace_or_under_another_extension(network):
    text = graphml('<node id="a"/>').replace(XMLNS, "")
    assert network("x.xml", text) == network("x.network", text)


nodes_and_edges = st.integers(1, 6).flatmap(
    lambda n: st.tuples(
        st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=n, max_size=n),
        st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.floats(0, 1e4)), max_size=8),
    )
)


@pytest.mark.parametrize("kind", ["graphml", "gml"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=nodes_and_edges, directed=st.booleans())
def test_what_networkx_writes_is_read_as_it_was(tmp_path, kind, drawn, directed):
    """In networkx both formats have a second implementation, which writes."""
    points, edges = drawn
    graph = nx.MultiDiGraph() if directed else nx.MultiGraph()
    for i, (latitude, longitude) in enumerate(points):
        graph.add_node(f"n{i}", Latitude=latitude, Longitude=longitude)
    for a, b, gbps in edges:
        graph.add_edge(f"n{a}", f"n{b}", capacity_gbps=gbps)
    file = tmp_path / f"x.{kind}"
    (nx.write_graphml_xml if kind == "graphml" else nx.write_gml)(graph, file)
    read = read_network(file)
    assert read["nodes"] == {f"n{i}": {"latitude": p[0], "longitude": p[1]} for i, p in enumerate(points)}
    found = sorted((*sorted((li["from"], li["to"])), li["capacity_gbps"]) for li in read["links"].values())
    assert found == sorted((*sorted((f"n{a}", f"n{b}")), gbps) for a, b, gbps in edges if a != b)
    assert {link["directed"] for link in read["links"].values()} <= {directed}


# ---- SNDlib ------------------------------------------------------------------------------------------------

SQUARE = {
    "nodes": {
        "A": {"latitude": 0.0, "longitude": 0.0},
        "B": {"latitude": 0.0, "longitude": 90.0},
        "C": {"latitude": -90.0, "longitude": 90.0},
        "D": {"latitude": 45.5, "longitude": -180.0},
    },
    "links": {
        "A_B": {
            "from": "A",
            "to": "B",
            "directed": False,
            "capacity_gbps": 10.0,
            "price_per_gbps_hour": 0.25,
            "use_cost": 700.0,
            "latency_ms": 100.076,
        },
        "A_B2": {
            "from": "A",
            "to": "B",
            "directed": False,
            "capacity_gbps": 0.0,
            "modules": {
                "m1": {"gbps": 40.0, "cost": 1500.0, "max_count": 1000},
                "m2": {"gbps": 160.0, "cost": 4000.0, "max_count": 1000},
            },
            "latency_ms": 100.076,
        },
        "B_C": {
            "from": "B",
            "to": "C",
            "directed": False,
            "capacity_gbps": 2.5,
            "price_per_gbps_hour": 1.0,
            "modules": {"m1": {"gbps": 10.0, "cost": 100.0, "max_count": 1000}},
            "latency_ms": 100.076,
        },
        "C_D": {"from": "C", "to": "D", "directed": False, "latency_ms": 150.669},  # 135.5 / 90 x 100.0756 ms
    },
    "traffic": {
        "A_C": {"from": "A", "to": "C", "gbps": 12.5},
        "C_A": {"from": "C", "to": "A", "gbps": 6.0},  # 3 routing units of 2
    },
}


@pytest.mark.parametrize("sample", ["square.txt", "square.xml"])
def test_sndlib(sample):
    assert read_network(HERE / sample) == SQUARE


@pytest.mark.parametrize("y", ["465", "90.5", "-91"])
def test_pixels_are_no_coordinates(network, y):
    read = network("x.txt", f"{HEADER}NODES (\nA ( 1 2 )\nB ( 3 {y} )\n)\nLINKS (\nL ( A B ) 0 0 0 0 ( )\n)\n")
    assert read["nodes"] == {"A": {}, "B": {}}
    assert "latency_ms" not in read["links"]["L"]


def test_coordinates_that_are_all_the_same_are_placeholders(network):
    read = network("x.txt", f"{HEADER}NODES (\nA ( 0 0 )\nB ( 0 0 )\n)\n")
    assert read["nodes"] == {"A": {}, "B": {}}


def test_xml_says_that_coordinates_are_pixels(network):
    nodes = "".join(f'<node id="{n}"><coordinates><x>{n}</x><y>2</y></coordinates></node>' for n in (1, 2))
    assert network("x.xml", sndlib_xml(nodes))["nodes"]["1"] == {"latitude": 2.0, "longitude": 1.0}
    assert network("x.xml", sndlib_xml(nodes, root='coordinatesType="pixel"'))["nodes"] == {"1": {}, "2": {}}


def test_the_unit_of_a_demand_matrix(network):
    """40,000 Mbit/s are 40 Gb/s, 2 a Mbit/s is 2,000 a Gb/s; costs of use and of modules stay."""
    meta = "META (\n granularity = 15min\n unit = MBITPERSEC\n)\n"
    links = "LINKS (\nL ( A B ) 100 0 2 9 ( 40000 7 )\n)\nDEMANDS (\nA_B ( A B ) 1 0.5 UNLIMITED\n)\n"
    read = network("x.txt", HEADER + meta + NATIVE_NODES + links)
    link = read["links"]["L"]
    assert (link["capacity_gbps"], link["price_per_gbps_hour"], link["use_cost"]) == (0.1, 2000, 9)
    assert link["modules"] == {"m1": {"gbps": 40, "cost": 7, "max_count": 1000}}
    assert read["traffic"]["A_B"]["gbps"] == 0.0005


def test_an_unknown_unit_of_a_demand_matrix(refused):
    (problem,) = refused("x.txt", f"{HEADER}META (\nunit = ERLANG\n)\n{NATIVE_NODES}")
    assert "'ERLANG'" in problem.message
    assert problem.place.line == 3


def test_a_header_after_comments_and_windows_line_ends(network):
    text = f"# a comment\n\n{HEADER}{NATIVE_NODES}".replace("\n", "\r\n")
    assert list(network("x.txt", text)["nodes"]) == ["A", "B"]


def test_a_native_file_is_known_by_its_header(network):
    assert list(network("x.network", HEADER + NATIVE_NODES)["nodes"]) == ["A", "B"]


# ---- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.graphml", "", "not well-formed XML: no element found"),
        ("x.graphml", "graph [ ]", "not well-formed XML"),
        ("x.graphml", "<graphml><graph>", "not well-formed XML: no element found"),
        ("x.graphml", "<html/>", "root element <html> is neither"),
        ("x.graphml", f"<graphml {XMLNS}/>", "the file has no graphs"),
        ("x.graphml", "<graphml><graph/><graph/></graphml>", "the file has 2 graphs"),
        ("x.graphml", graphml(""), "the network has no nodes"),
        ("x.graphml", graphml("", "sideways"), "'sideways' does not say whether edges are directed"),
        ("x.graphml", graphml("<node/>"), "a node has no name"),
        ("x.graphml", graphml('<node id="a"><graph/></node>'), "nested graphs cannot be read"),
        ("x.graphml", graphml("<hyperedge/>"), "hyperedges"),
        ("x.graphml", graphml('<node id="a"><data key="d9">1</data></node>'), "the key 'd9' of this data is not decl"),
        ("x.graphml", graphml('<node id="a"/><edge source="a"/>'), "lacks one of its ends"),
        ("x.xml", "<network/>", "root element <network> is neither"),
        ("x.xml", '<network xmlns="http://sndlib.zib.de/network"/>', "<network> with <networkStructure>"),
        ("x.xml", sndlib_xml(), "the network has no nodes"),
        ("x.xml", sndlib_xml('<node id="a"/>', demands='<demand id="d"/>'), "lacks one of its ends"),
        ("x.gml", "", "one graph: graph [ ... ]"),
        ("x.gml", "graph graph", "one graph: graph [ ... ]"),
        ("x.gml", "graph [ ] graph [ ]", "one graph: graph [ ... ]"),
        ("x.gml", "graph [ ]", "the network has no nodes"),
        ("x.gml", "graph [ node 3 ]", "write node [ ... ]"),
        ("x.gml", "graph [ node [ id 1 ]", "] is missing"),
        ("x.gml", "graph [ node [ id ] ]", "']' is not expected here"),
        ("x.gml", "graph [ node [ id 1 ] ] ]", "']' is not expected here"),
        ("x.gml", "graph [ 1 2 ]", "'1' is not expected here"),
        ("x.gml", "graph [ node [ id", "the file ends after the key 'id'"),
        ("x.gml", 'graph [ label "x ]', "the string that starts here has no end"),
        ("x.gml", gml(graph="directed 2"), "above the most allowed, 1"),
        ("x.gml", 'graph [ node [ id "a\n" ] ]', "a name that cannot be printed"),
        ("x.txt", "", "the first line of a network in SNDlib's native format is ?SNDlib"),
        ("x.txt", "hello", "the first line of a network in SNDlib's native format is ?SNDlib"),
        ("x.txt", HEADER.replace("network", "model"), "of the type 'model'"),
        ("x.txt", HEADER.replace("1.0", "2.0"), "version '2.0'"),
        ("x.txt", HEADER, "the network has no nodes"),
        ("x.txt", f"{HEADER}NODES (\nA ( 1 2 )\n", "the section NODES has no end"),
        ("x.txt", f"{HEADER}NODES (\nA 1 2\n)", "'A 1 2' is not a node: node_id ( x y )"),
        ("x.txt", f"{HEADER}{NATIVE_NODES}{NATIVE_NODES}", "the section 'NODES' is given twice, first on line 2"),
        ("x.txt", f"{HEADER}{NATIVE_NODES}ROADS (\n)", "'ROADS (' does not open one of NODES"),
        ("x.txt", f"{HEADER}{NATIVE_NODES}LINKS (\nL ( A B ) 0 0 0 0 ( 1 )\n)", "pairs of a capacity and a cost"),
        ("x.txt", f"{HEADER}{NATIVE_NODES}LINKS (\nL ( A B ) 0 0 0 0 ( 0 5 )\n)", "below the least allowed"),
        ("x.txt", f"{HEADER}{NATIVE_NODES}DEMANDS (\nD ( A B ) 1 2 FEW\n)", "'FEW' is not a number"),
        ("x.csv", "a,b\n", "not a network file that can be read: GraphML"),
        ("x.gml", b"\x89PNG\r\n\x1a\n\0\0", "not UTF-8"),
        ("x.xml", b"\x1f\x8b\x08\0", "not UTF-8"),
        ("x.txt", "?SNDlib\0", "U+0000"),
    ],
)
def test_bad_files(refused, name, data, message):
    assert any(message in problem.message for problem in refused(name, data)), refused(name, data)
    assert all(problem.place.file.endswith(name) for problem in refused(name, data))


def test_a_file_that_is_not_there_and_a_folder(tmp_path):
    for path in (tmp_path / "none.gml", tmp_path):
        with pytest.raises(InputError):
            read_network(path)


def test_a_large_file(tmp_path):
    """50 MB are refused unread, and the message states the limit."""
    file = tmp_path / "x.gml"
    with file.open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(InputError, match=r"50\.0 MB or more, with a limit of 20\.0 MB"):
        read_network(file)
    assert networks.LIMIT == 20_000_000


def test_entities_are_refused_before_they_are_expanded(refused):
    """The billion laughs: ten entities of ten of the next, which would take 3 GB."""
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "lol">{laughs}]><graphml>&l9;</graphml>'
    (problem,) = refused("x.graphml", text)
    assert problem.code == "doctype"
    assert problem.place.line == 1


@pytest.mark.parametrize("name", ["x.graphml", "x.xml"])
@pytest.mark.parametrize("kind", ['SYSTEM "file:///etc/passwd"', 'SYSTEM "http://127.0.0.1/x.dtd"'])
def test_outside_documents_are_refused(refused, name, kind):
    (problem,) = refused(name, f"<!DOCTYPE graphml {kind}><graphml/>")
    assert problem.code == "doctype"


def test_deep_nesting(refused):
    assert "nested" in refused("x.xml", "<a>" * 100_000)[0].message
    assert "too deep" in refused("x.gml", "a [ " * 100_000)[0].message
    refused("x.txt", HEADER + "ADMISSIBLE_PATHS (\n" + "( \n" * 100_000)


def test_too_many_elements(refused, monkeypatch):
    """A tree takes some hundred times the memory of `<b/>` in the file."""
    monkeypatch.setattr(xml_tree, "_MOST_ELEMENTS", 1000)
    monkeypatch.setattr(gml_format, "_MOST_ENTRIES", 1000)
    monkeypatch.setattr(sndlib_native, "_MOST_WORDS", 1000)
    assert "more than 1,000 elements" in refused("x.xml", f"<a>{'<b/>' * 1000}</a>")[0].message
    modules = f"LINKS (\nL ( A B ) 0 0 0 0 ( {'1 ' * 1000} )\n)\n"
    assert "more than 1,000 words" in refused("x.txt", HEADER + NATIVE_NODES + modules)[0].message
    assert "too many entries" in refused("x.gml", "a 1 " * 1001)[0].message


def test_every_unknown_node_at_once_with_its_place(refused):
    text = f"{HEADER}{NATIVE_NODES}LINKS (\nL1 ( A Bb ) 0 0 0 0 ( )\nL2 ( C B ) 0 0 0 0 ( )\n)\nDEMANDS (\n"
    found = refused("x.txt", f"{text}D ( A E ) 1 1 UNLIMITED\n)\n")
    assert [(p.place.line, p.place.column, p.path) for p in found] == [
        (7, 8, "links.L1"),
        (8, 6, "links.L2"),
        (11, 7, "traffic.D"),
    ]
    assert found[0].message == "the link 'L1' names the node 'Bb', which there is not; did you mean 'B'?"


def test_every_unknown_node_of_a_graph_at_once(refused):
    """Such nodes, which networkx would add to the graph, are mistakes."""
    text = graphml('<node id="a"/>\n<edge source="a" target="b"/>\n<edge source="c" target="a"/>')
    assert [(p.place.line, p.code) for p in refused("x.graphml", text)] == [(2, "unknown"), (3, "unknown")]
    text = "graph [\nnode [ id 1 ]\nedge [ source 1\ntarget 2 ]\nedge [ source 3 target 1 ] ]"
    assert [(p.place.line, p.place.column) for p in refused("x.gml", text)] == [(4, 1), (5, 8)]


@pytest.mark.parametrize(
    ("name", "text", "lines"),
    [
        ("x.graphml", graphml('\n<node id="a"/>\n<node id="a"/>\n<node id="a"/>'), [3, 4]),
        ("x.gml", "graph [\nnode [ id 1 ]\nnode [ id 1 ] ]", [3]),
        ("x.txt", f"{HEADER}NODES (\nA ( 1 2 )\nA ( 1 2 )\n)\n", [4]),
        ("x.xml", sndlib_xml('\n<node id="a"/>\n<node id="a"/>'), [3]),
        ("x.txt", f"{HEADER}{NATIVE_NODES}LINKS (\n{'L ( A B ) 0 0 0 0 ( )' + chr(10)}L ( B A ) 0 0 0 0 ( )\n)", [8]),
        ("x.txt", f"{HEADER}{NATIVE_NODES}DEMANDS (\nD ( A B ) 1 1 9\nD ( A B ) 1 1 9\n)", [8]),
    ],
)
def test_names_given_twice(refused, name, text, lines):
    found = refused(name, text)
    assert [p.place.line for p in found] == lines
    assert {p.code for p in found} == {"twice"}


@pytest.mark.parametrize("bad", ["-1", "nan", "inf", "-inf", "1e400", "1e30", "1,000", "x"])
def test_numbers_that_are_no_amounts(refused, bad):
    """Each number of each format, one file with all of its numbers bad."""
    links = (
        f"LINKS (\nL ( A B ) {bad} {bad} {bad} {bad} ( {bad} {bad} )\n)\nDEMANDS (\nD ( A B ) {bad} {bad} {bad}\n)\n"
    )
    found = refused("x.txt", f"{HEADER}{NATIVE_NODES}{links}")
    assert [p.place.line for p in found] == [7] * 6 + [10] * 3
    assert len({p.place.column for p in found}) >= 6
    assert refused("x.gml", gml(f'latency "{bad}"'))[0].path == "links.a-b.latency_ms"
    assert refused("x.gml", gml(f'LinkSpeedRaw "{bad}"'))[0].path == "links.a-b.capacity_gbps"
    assert refused("x.gml", gml(f'capacity "{bad} Gbps"'))[0].path == "links.a-b.capacity_gbps"


@pytest.mark.parametrize("bad", ["-91", "NAN", "1e3", '"north"'])
def test_latitudes_out_of_range(refused, bad):
    (problem,) = refused("x.gml", gml(node=f"Latitude {bad} Longitude 3"))
    assert problem.path == "nodes.a.latitude"


def test_many_mistakes_are_counted(refused):
    nodes = "\n".join(f"N{i} ( x 0 )" for i in range(80))
    found = refused("x.txt", f"{HEADER}NODES (\n{nodes}\n)\n")
    assert len(found) == 51
    assert any(p.message == "and 30 more such problems" for p in found)


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_truncated_file_is_refused_or_whole(tmp_path, sample):
    """Cut at any place, a sample is refused, unless only what ends the file is gone."""
    text = (HERE / sample).read_text()
    file = tmp_path / sample
    whole = read_network(HERE / sample)
    for end in range(0, len(text), 5):
        file.write_text(text[:end])
        try:
            read = read_network(file)
        except InputError:
            continue
        if not sample.endswith(".txt"):  # a native file has no end mark: it may stop after any section
            assert read == whole
        assert text[:end].rstrip()[-1] in ")]>"


# ---- only InputError is ever raised ------------------------------------------------------------------------


def check(read):
    """Assert the form that `read_network` promises."""
    assert set(read) == {"nodes", "links", "traffic"}
    assert read["nodes"]
    for entry in [*read["links"].values(), *read["traffic"].values()]:
        assert {entry["from"], entry["to"]} <= set(read["nodes"])
        amounts = [value for value in entry.values() if isinstance(value, float)]
        assert all(math.isfinite(value) and value >= 0 for value in amounts)
    for node in read["nodes"].values():
        assert not node or (abs(node["latitude"]) <= 90 and abs(node["longitude"]) <= 180)


def read_or_refuse(folder, name, data):
    file = folder / name
    file.write_bytes(data)
    problems = []
    try:
        check(read_network(file))
    except InputError as error:
        problems = error.problems
    assert all(problem.message and problem.place for problem in problems)


fuzz = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = st.sampled_from(["x.graphml", "x.xml", "x.gml", "x.txt", "x"])
WORDS = [
    "-1",
    "nan",
    "1e999",
    "99999",
    "]",
    "[",
    '"',
    ")",
    "(",
    "<",
    ">",
    "&#7;",
    "&",
    "\0",
    "\x85",
    "\n",
    "é",
    "\ufeff",
]
WORDS += [
    "A",
    "B",
    "graph [",
    "NODES (",
    "<graph>",
    '<node id="0"/>',
    "UNLIMITED",
    "#",
    "?",
    "<!DOCTYPE a>",
    "<![CDATA[",
]


@fuzz
@given(name=NAMES, data=st.binary(max_size=80))
def test_arbitrary_bytes(tmp_path, name, data):
    read_or_refuse(tmp_path, name, data)


@fuzz
@given(name=NAMES, text=st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=30).map(" ".join))
def test_arbitrary_words(tmp_path, name, text):
    read_or_refuse(tmp_path, name, text.encode("utf-8", "surrogatepass"))
    read_or_refuse(tmp_path, name, (HEADER + text).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("sample", SAMPLES)
@fuzz
@given(
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(WORDS) | st.text(max_size=4)),
        min_size=1,
        max_size=5,
    )
)
def test_samples_with_a_few_edits(tmp_path, sample, edits):
    """Each edit puts a word in place of some characters somewhere in a good file."""
    text = (HERE / sample).read_text()
    for at, length, word in edits:
        position = int(at * len(text))
        text = text[:position] + word + text[position + length :]
    read_or_refuse(tmp_path, sample, text.encode("utf-8", "surrogatepass"))


def test_reading_imports_no_numerical_library():
    """`planner init` starts fast: neither numpy nor networkx is needed to read a network."""
    code = (
        "import sys; from pathlib import Path; from planner.scenario.networks import read_network\n"
        f"for name in {SAMPLES}: read_network(Path({str(HERE)!r}) / name)\n"
        "assert not {'numpy', 'pandas', 'pydantic', 'networkx'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
