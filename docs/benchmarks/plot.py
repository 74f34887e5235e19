#!/usr/bin/env python3
"""Draws the curves of recall against queries per second: one SVG beside each JSON file of engine/bench.

    docs/benchmarks/plot.py [FILE.json ...]

Without arguments, all JSON files of this folder. Needs nothing but Python 3.
"""

import json
import math
import pathlib
import sys

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 40, 50
COLOURS = {"pomai": "#0b6e4f", "hnswlib": "#c84630", "faiss": "#3c5a99"}
LOWEST_RECALL = 0.80


def text(x, y, content, size=12, anchor="middle", extra=""):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="sans-serif" font-size="{size}" '
        f'text-anchor="{anchor}" {extra}>{content}</text>'
    )


def speed_ticks(low, high):
    """1, 2 and 5 times each power of ten."""
    for exponent in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        for step in (1, 2, 5):
            if low <= step * 10**exponent <= high:
                yield step * 10**exponent


def draw(run):
    curves = {
        system["system"]: [p for p in system["curve"] if p["recall"] >= LOWEST_RECALL] for system in run["systems"]
    }
    points = [p for curve in curves.values() for p in curve]
    lowest = min(p["recall"] for p in points)
    left_recall = math.floor(lowest * 50) / 50
    low = min(p["queries_per_second"] for p in points) / 1.2
    high = max(p["queries_per_second"] for p in points) * 1.2

    def x(recall):
        return LEFT + (recall - left_recall) / (1 - left_recall) * (WIDTH - LEFT - RIGHT)

    def y(speed):
        return HEIGHT - BOTTOM - math.log(speed / low) / math.log(high / low) * (HEIGHT - TOP - BOTTOM)

    kind = "inverted files" if run.get("index") == "lists" else f"m {run['m']}, ef_construction {run['ef_construction']}"
    threads = "one thread" if run["threads"] == 1 else f"{run['threads']} threads"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        text(WIDTH / 2, 22, f"{run['data']}: {run['rows']:,} x {run['dim']}, {kind}, {threads}", 14),
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, f"recall@{run['k']}"),
        text(16, (TOP + HEIGHT - BOTTOM) / 2, "queries per second", extra=f'transform="rotate(-90 16 {(TOP + HEIGHT - BOTTOM) / 2})"'),
    ]
    for tick in speed_ticks(low, high):
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#ddd"/>')
        parts.append(text(LEFT - 6, y(tick) + 4, f"{tick:,.0f}", 11, "end"))
    steps = round((1 - left_recall) * 50)
    for i in range(0, steps + 1, max(1, steps // 5)):
        recall = left_recall + i / 50
        parts.append(f'<line x1="{x(recall):.1f}" x2="{x(recall):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        parts.append(text(x(recall), HEIGHT - BOTTOM + 16, f"{recall:.2f}", 11))
    for i, (name, curve) in enumerate(curves.items()):
        colour = COLOURS.get(name, "#555")
        path = " ".join(f"{x(p['recall']):.1f},{y(p['queries_per_second']):.1f}" for p in curve)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.extend(
            f'<circle cx="{x(p["recall"]):.1f}" cy="{y(p["queries_per_second"]):.1f}" r="3" fill="{colour}">'
            f'<title>{name}, {p["ef"]}: recall {p["recall"]:.4f}, {p["queries_per_second"]:,.0f} a second</title></circle>'
            for p in curve
        )
        parts.append(text(LEFT + 12, HEIGHT - BOTTOM - 14 - 18 * i, name, 13, "start", f'fill="{colour}"'))
    return "\n".join(parts + ["</svg>", ""])


def main(arguments):
    folder = pathlib.Path(__file__).parent
    for path in [pathlib.Path(a) for a in arguments] or sorted(folder.glob("*.json")):
        for run in json.loads(path.read_text()):
            kind = "-lists" if run.get("index") == "lists" else ""
            path.with_name(f"{run['data']}{kind}.svg").write_text(draw(run))


if __name__ == "__main__":
    main(sys.argv[1:])
