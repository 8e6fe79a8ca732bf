# Hand-made: the network of triangle.graphml. Parallel edges without "multigraph 1", as in the Topology Zoo.
Creator "by hand"
graph [
  directed 0
  node [
    id 0
    label "Quito"
    Latitude 0.0
    Longitude 0.0
    graphics [ x 12 y 20 ]
  ]
  node [
    id 1
    label "Libreville"
    Longitude 90.0
    Latitude 0.0
  ]
  node [
    id 2
    label "Quito"
  ]
  edge [
    source 0
    target 1
    LinkSpeedRaw 2500000000.0
  ]
  edge [
    source 0
    target 1
    LinkSpeed "155"
    LinkSpeedUnits "M"
    latency_ms 120
  ]
  edge [ source 1 target 2 ]
  edge [ source 2 target 2 ]
]
