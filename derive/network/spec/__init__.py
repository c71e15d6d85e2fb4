"""From the text of a network file to a checked `NetworkSpec`; `derive.network.schema` is the way in."""
