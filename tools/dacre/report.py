# SPDX-License-Identifier: GPL-2.0-only
"""The figures of make bench as a table, as a plot, and against a reference."""
import math
import subprocess

from dacre import UserError

DEARER = 1.02       # an operation that costs more than so many times the reference is a failure
# The same, of what Linux's scheduler makes dearer or cheaper by chance, whatever else changes before it.
BY_CHANCE = {"unix (domU)": 1.05}
BASE = "native"


def number(value):
    if value is None:
        return "-"
    return f"{value:,.1f}" if value < 1000 else f"{value:,.0f}"


def ratio(row, place):
    """What @row says of @place relative to native; None if it does not."""
    return row[place] / row[BASE] if row.get(place) and row.get(BASE) else None


def geometric_mean(operations, place):
    """Over what a program asks of the kernel: the way to userland is not one of these."""
    ratios = [ratio(row, place) for name, row in operations.items() if name != "boot"]
    ratios = [r for r in ratios if r]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else None


def format_row(name, cells):
    return f"{name:16}" + "".join(f"{cell:>16}" for cell in cells)


def table(operations, places):
    """Instructions per operation in each place, ratio to native, and how many more domU takes."""
    compared = [p for p in places if p != BASE]
    lines = [format_row("operation", places + [f"{p} ratio" for p in compared] + ["domU more"])]
    for name, row in operations.items():
        ratios = [ratio(row, p) for p in compared]
        more = row["domU"] - row[BASE] if row.get("domU") and row.get(BASE) else None
        lines.append(format_row(name, [number(row.get(p)) for p in places]
                                + [f"{r:.3f}" if r else "-" for r in ratios] + [number(more)]))
    means = [geometric_mean(operations, p) for p in compared]
    lines.append(format_row("geometric mean", [""] * len(places)
                            + [f"{m:.3f}" if m else "-" for m in means]))
    return "\n".join(lines)


def side_by_side(dacre, xen):
    """Ratios to each one's own native."""
    places = ["dom0", "domU"]
    lines = [format_row("operation", [f"{who} {p}" for who in ("Dacre", "Xen") for p in places])]
    for name in dacre:
        ratios = [ratio(rows.get(name, {}), p) for rows in (dacre, xen) for p in places]
        lines.append(format_row(name, [f"{r:.3f}" if r else "-" for r in ratios]))
    means = [geometric_mean(rows, p) for rows in (dacre, xen) for p in places]
    lines.append(format_row("geometric mean", [f"{m:.3f}" if m else "-" for m in means]))
    return "\n".join(lines)


def wall_table(wall, places):
    lines = [format_row("real ns, each", places)]
    lines += [format_row(name, [number(row.get(p)) for p in places]) for name, row in wall.items()]
    return "\n".join(lines)


def primitives_table(primitives):
    return "\n".join(f"{name:28}{number(value):>12}" for name, value in primitives.items())


def flat(results):
    """Every figure of results.json by a readable name."""
    figures = {f"{name} ({place})": value for name, row in results["operations"].items()
               for place, value in row.items()}
    figures |= {f"{name} (primitive)": value for name, value in results["primitives"].items()}
    if results.get("interrupts_off"):
        figures["longest stretch with interrupts off"] = results["interrupts_off"]["instructions"]
    return figures


def part(results, places):
    """What bench --quick measures of @results: those places alone, and the primitives."""
    operations = {name: {p: row[p] for p in places if p in row}
                  for name, row in results["operations"].items() if name != "boot"}
    return {"operations": operations, "primitives": results["primitives"]}


def differences(old, new):
    """(name, old, new) where the two results are not identical; None: not there."""
    old, new = flat(old), flat(new)
    return [(name, old.get(name), new.get(name)) for name in [*old, *(new.keys() - old.keys())]
            if old.get(name) != new.get(name)]


def format_difference(name, old, new):
    change = f"{new / old - 1:+.1%}" if old and new else ""
    return f"{name:42}{number(old):>14}{number(new):>14}  {change}"


def dearer(reference, results):
    """Those of the differences that make_check fails on: dearer, or no longer measured."""
    return [(name, old, new) for name, old, new in differences(reference, results)
            if old is not None and (new is None or new > old * BY_CHANCE.get(name, DEARER))]


def gnuplot_data(series, names):
    lines = ["operation " + " ".join(title for title, _ in series)]
    for name in names:
        cells = [f"{values[name]:.4f}" if values.get(name) else "NaN" for _, values in series]
        lines.append(" ".join([name, *cells]))
    return "\n".join(lines) + "\n"


def plot(operations, places, output, others=()):
    """An SVG with each operation's cost relative to native; @others: more (title, ratios by name)."""
    series = [(f'"{p}"', {n: ratio(row, p) for n, row in operations.items()})
              for p in places if p != BASE]
    series += [(f'"{title}"', values) for title, values in others]
    data = output.with_suffix(".dat")
    data.write_text(gnuplot_data(series, list(operations)))
    script = f"""
set terminal svg noenhanced size 1200,560 font "sans,12" background "white"
set output "{output}"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 noborder
set boxwidth 0.9
set xtics rotate by -45 nomirror font ",11"
set ytics nomirror
set grid ytics lc rgb "#cccccc"
set border 3
set key outside top center horizontal
set ylabel "instructions, relative to the same kernel native"
set yrange [0:*]
set arrow from graph 0, first 1 to graph 1, first 1 nohead lc rgb "#444444"
plot for [i=2:{len(series) + 1}] "{data}" using i:xtic(1) title columnheader(i)
"""
    run = subprocess.run(["gnuplot"], input=script, text=True, capture_output=True)
    if run.returncode:
        raise UserError(f"gnuplot could not draw {output}: {run.stderr.strip()}")
