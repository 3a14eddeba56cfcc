# SPDX-License-Identifier: GPL-2.0-only
"""The delays of a control loop as a table, as a plot, and against the bounds of docs/benchmarks/rt-bounds.toml."""
import subprocess
import tomllib

from dacre import TOP, UserError
from dacre.rt_cases import CASES, case_named

BOUNDS = TOP / "docs" / "benchmarks" / "rt-bounds.toml"
COLUMNS = ["n", "min", "median", "p999", "max", "missed"]


HEAD = ["case", "min", "median", "99.9 %", "max", "missed", "acts a second"]


def row(cells):
    return f"| {' | '.join(cells)} |"


def cells(name, f):
    if "error" in f:
        return [name, f["error"]]
    return [name, *(f"{f[column]:,}" for column in ("min", "median", "p999", "max")),
            f"{f['missed']:,} of {f['n']:,}", f"{f['acts']:,}"]


def table(cases):
    """As docs/real-time.md has it.  @cases: {name: {"n": ..., "min": ..., "acts": ...}} or {"error": text}."""
    return "\n".join([row(HEAD), "|---" * len(HEAD) + "|", *(row(cells(name, f)) for name, f in cases.items())])


def load_bounds(board):
    """{"alone": N, "preempts": N, "except": {case: {"max": N, "why": text}}} of the board."""
    bounds = tomllib.loads(BOUNDS.read_text())
    if board.name not in bounds:
        raise UserError(f"{BOUNDS.relative_to(TOP)} has no bounds for {board.name}; it has: {' '.join(bounds)}")
    return bounds[board.name]


def bound_of(case, bounds):
    return bounds.get("except", {}).get(case.name, {}).get("max", bounds[case.bound])


def complaint(name, figures, bounds):
    """What is wrong with the figures of a case; None: nothing."""
    if "error" in figures:
        return figures["error"]
    bound = bound_of(case_named(name), bounds)
    if figures["missed"]:
        return f"{name}: {figures['missed']} of {figures['n']} periods were missed"
    if figures["max"] > bound:
        return f"{name}: {figures['max']:,} instructions late, and the bound is {bound:,}"
    return None


def complaints(cases, bounds, wanted=CASES):
    """One line for each case that is not as the bounds say."""
    absent = [f"{case.name} was not measured" for case in wanted if case.name not in cases]
    return absent + [text for name, figures in cases.items() if (text := complaint(name, figures, bounds))]


def plot(board_name, cases, bounds, output):
    """An SVG: of each case the least, the median, 99.9 % and the longest, and the bounds."""
    good = {name: figures for name, figures in cases.items() if "error" not in figures}
    data = output.with_suffix(".dat")
    data.write_text("".join(f"{name} {f['min']} {f['median']} {f['p999']} {f['max']} {bound_of(case_named(name), bounds)}\n"
                            for name, f in good.items()))
    script = f"""
set terminal svg noenhanced size 1200,560 font "sans,12" background "white"
set output "{output}"
set title "{board_name}: from the deadline to the first instruction of the handler, beside each enemy"
set xtics rotate by -45 nomirror font ",11"
set ytics nomirror
set grid ytics lc rgb "#cccccc"
set border 3
set key outside top center horizontal
set ylabel "instructions"
set yrange [0:*]
set xrange [-0.6:{len(good) - 0.4}]
set boxwidth 0.6
set style fill solid 0.6 noborder
plot "{data}" using 0:5:xtic(1) with boxes lc rgb "#c8d8e8" title "longest", \\
     "" using 0:4 with points pt 7 ps 0.7 lc rgb "#d07000" title "99.9 %", \\
     "" using 0:3 with points pt 7 ps 0.7 lc rgb "#2060a0" title "median", \\
     "" using 0:2 with points pt 7 ps 0.5 lc rgb "#808080" title "shortest", \\
     "" using ($0 - 0.5):6:(1):(0) with vectors nohead lw 2 lc rgb "#b00000" title "bound"
"""
    run = subprocess.run(["gnuplot"], input=script, text=True, capture_output=True)
    if run.returncode:
        raise UserError(f"gnuplot could not draw {output}: {run.stderr.strip()}")
