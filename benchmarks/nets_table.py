"""The table of nets in docs/nets.md: printed by `python -m benchmarks.nets_table`."""

from skinseg_mobile.train.nets.count import NetCount, all_nets
from skinseg_mobile.train.nets.family import height_and_width

HEAD = """\
| net | parameters | multiply-adds | naive | input | source | fitted |
|---|---:|---:|---:|---|---|---|"""


def table() -> str:
    """Return the rows in Markdown."""
    return "\n".join([HEAD, *(_row(net) for net in all_nets())])


def _row(net: NetCount) -> str:
    cells = (
        f"`{net.name}`",
        f"{net.parameters:,}",
        f"{net.multiply_adds / 1e9:,.2f} G",
        f"{net.multiply_adds_naive / 1e9:,.2f} G",
        "×".join(map(str, height_and_width(net.input_size))),
        net.source,
        net.fitted or "nothing",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(table())
