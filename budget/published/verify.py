#!/usr/bin/env python3
"""Checks a published vote. Needs Python 3.11 or later and nothing else:    python3 verify.py [DIRECTORY]

It reads the files beside it (or in DIRECTORY), works everything out anew and compares: the hash of the frozen rules,
the log of sealed ballots (Merkle tree of RFC 6962) under its chain of signed heads (Ed25519, RFC 8032), the ballots,
the sums, the lot, who won and why, and the .pb files. It prints "same" or the first difference; exit code 0 or 1.
Whoever holds the private key and sealed.txt opens every sealed ballot again and compares (this needs PyNaCl):
    python3 verify.py --audit KEYFILE       KEYFILE is a text file with the key in hexadecimal digits
"""

# One file that an outsider reads in one go: lines up to 120, one empty line between functions.
# fmt: off
import argparse
import csv
import hashlib
import json
import sys
from collections import Counter
from functools import cache
from pathlib import Path

FILES = ["README.txt", "ballots.csv", "frozen.json", "heads.jsonl", "leaves.txt", "lot.json", "projects.csv", "result.json", "sums.json"]

class Different(Exception):
    """The first difference; its text names the file."""

def same(file, what, published, computed):
    if published != computed:
        raise Different(f"{file}: {what}: published {published!r}, computed {computed!r}")

class Directory:
    """The files; `last` is the one opened last."""

    def __init__(self, path):
        self.path, self.last = path, ""

    def bytes(self, name):
        self.last = name
        return (self.path / name).read_bytes()

    def lines(self, name):
        return self.bytes(name).decode().split("\n")[:-1]

# Ed25519: points (X, Y, Z, T) of the curve. One key signs all heads, so tables of multiples pay off.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, GENERATOR = -121665 * pow(121666, -1, P) % P, bytes.fromhex("58" + "66" * 31)

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

@cache
def multiples(encoded, sign=1):
    """Of the point in 32 bytes, or of its negative: for each hexadecimal digit of a number the 16 multiples."""
    number = int.from_bytes(encoded, "little")
    y, is_odd = number % 2**255, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    x = sign * (x if x % 2 == is_odd else -x) % P
    base, table = (x, y, 1, x * y % P), []
    for _ in range(64):
        row = [(0, 1, 1, 0)]
        for _ in range(15):
            row.append(add(row[-1], base))
        table.append(row)
        base = add(row[-1], base)
    return table

def is_signed(public, message, signature):
    """Has the owner of this key signed the message?"""
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    total = (0, 1, 1, 0)
    for row, minus_row in zip(multiples(GENERATOR), multiples(public, sign=-1), strict=True):
        total = add(add(total, row[s & 15]), minus_row[h & 15])
        s, h = s >> 4, h >> 4
    x, y = (total[i] * pow(total[2], -1, P) % P for i in (0, 1))
    encoded = (y | (x & 1) << 255).to_bytes(32, "little")
    return encoded == signature[:32] and len(signature) == 64 and int.from_bytes(signature[32:], "little") < L

# The Merkle tree grows at its end; `peaks` are the roots of its complete subtrees.
def grow(peaks, size, nodes):
    for node in nodes:
        below = size
        while below & 1:
            node, below = hashlib.sha256(b"\x01" + peaks.pop() + node).digest(), below >> 1
        peaks.append(node)
        size += 1
    return size

def root_of(peaks):
    node = peaks[-1] if peaks else hashlib.sha256().digest()
    for peak in peaks[-2::-1]:
        node = hashlib.sha256(b"\x01" + peak + node).digest()
    return node.hex()

def check_log(files, rules):
    """Every head is signed, names the one before (the first: the frozen rules), and is the root of its leaves."""
    previous, peaks, size, head = hashlib.sha256(files.bytes("frozen.json")).hexdigest(), [], 0, {}
    key = bytes.fromhex(rules["log_public_key"])
    leaves = [bytes.fromhex(line) for line in files.lines("leaves.txt")]
    rows = files.lines("heads.jsonl")
    for number, row in enumerate(rows, start=1):
        head = json.loads(row)
        signature, name = bytes.fromhex(head.pop("signature")), f"head {number}"
        told = (head["cycle"], head["number"], head["final"])
        due = (rules["settings"]["slug"], number, number == len(rows))
        same("heads.jsonl", f"{name}: cycle, number, final", told, due)
        before = f"the hash of head {number - 1}" if number > 1 else "the hash of frozen.json"
        same("heads.jsonl", f"{name}: {before}", head["previous"], previous)
        message = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
        same("heads.jsonl", f"{name}: signed by the log's key", True, is_signed(key, message, signature))
        size = grow(peaks, size, leaves[size : head["size"]])
        same("leaves.txt", f"leaves and root under {name}", (head["size"], head["root"]), (size, root_of(peaks)))
        previous = hashlib.sha256(message).hexdigest()
    same("leaves.txt", "leaves, and different ones", [head["size"]] * 2, [len(leaves), len(set(leaves))])
    print(f"log: {len(rows)} signed heads, {len(leaves)} leaves, final root {head['root']}")
    return leaves, head["root"]

def ballot(rules, envelope, projects):
    """A ballot as it is counted, or None where it breaks the rules."""
    fits = 0 < len(projects) == len(set(projects)) <= rules["settings"]["votes_per_resident"]
    listed = {rules["part"].get(project) for project in projects} == {envelope}
    return (envelope, " ".join(sorted(projects))) if fits and listed else None

def check_ballots(files, rules):
    """How often each ballot was cast: (envelope, projects), ("", "empty") or ("", "invalid")."""
    header, *rows = files.lines("ballots.csv")
    same("ballots.csv", "the first line", header, "envelope,assurance,status,projects")
    cast = Counter()
    for row, often in Counter(rows).items():
        envelope, _, status, projects = row.split(",")
        found = ballot(rules, envelope, projects.split()) if status == "valid" else ("", status.split(":")[0])
        if found is None or (status != "valid" and (envelope or projects or found[1] not in ("empty", "invalid"))):
            raise Different(f"ballots.csv: {row!r} is no ballot of this list")
        cast[found] += often
    return cast

def check_sums(files, leaves, cast):
    sums, opened = json.loads(files.bytes("sums.json")), cast.total()
    empty, invalid = cast["", "empty"], cast["", "invalid"]
    told = [sums[name] for name in ("opened", "valid", "empty", "invalid")]
    same("ballots.csv", "opened, valid, empty, invalid", told, [opened, opened - empty - invalid, empty, invalid])
    total = opened + sums["replaced"] + sums["annulled"]
    voters = sums["voters_web_desk"] + sums["replaced"] + sums["papers"]
    what = "leaves; opened + replaced + annulled; voters by web and desk + replaced + papers"
    same("sums.json", what, [sums["leaves"], total, voters], [len(leaves)] * 3)
    print(f"ballots: {opened} opened, {empty} empty, {invalid} invalid")
    return sums

def check_lot(files, rules, root):
    """The rank of each project by the public draw; {} where none was needed."""
    lot, ids = json.loads(files.bytes("lot.json")), [project["id"] for project in rules["projects"]]
    seed = hashlib.sha256(bytes.fromhex(root) + (lot["draw"] or "").encode())
    order = sorted(ids, key=lambda id_: (hashlib.sha256(seed.digest() + id_.encode()).digest(), id_))
    computed = (root, seed.hexdigest(), order) if lot["draw"] else (root, "", [])
    same("lot.json", "final root, seed, order", (lot["final_root"], lot["seed"], lot["order"]), computed)
    print(f"lot: {lot['draw'] or 'none was needed'} {lot['place']}")
    return {id_: rank for rank, id_ in enumerate(computed[2])}

def go_down(projects, money, votes, out, ranks, stops=False):
    """The money before and after each project's turn, and its verdict. Those out of the running take nothing."""
    turns, stopped, group, could_pay = {}, False, None, False
    for project in projects:
        id_, cost = project["id"], project["cost"]
        fits = id_ not in out and not stopped and cost <= money
        verdict = out.get(id_, "won")
        if id_ not in out:
            if (votes[id_], cost) != group:
                group, could_pay = (votes[id_], cost), fits
            elif not ranks:
                raise Different(f"lot.json: {id_} and the project before it are equal, and no lot was drawn")
            if not fits:
                verdict = "lost_lot" if could_pay else "after_stop" if stopped else "does_not_fit"
                stopped = stops
        turns[id_] = (money, money - cost * fits, verdict)
        money -= cost * fits
    return turns

def allocate(rules, votes, withdrawn, ranks):
    """[id, place, votes, cost, money before, money after, verdict] of every project, in the official order."""
    settings, totals = rules["settings"], {e["id"]: e["total"] for e in rules["envelopes"]}
    out = {p["id"]: "below_minimum" for p in rules["projects"] if votes[p["id"]] < settings["minimum_votes"]}
    out |= {p["id"]: "ineligible" for p in rules["projects"] if not 0 < p["cost"] <= totals[p["envelope"]]}
    out |= dict.fromkeys(withdrawn, "withdrawn")

    def order(project):
        id_ = project["id"]
        return -votes[id_], project["cost"], id_ in out, 0 if id_ in out else ranks.get(id_, 0), id_

    rows, places, turns, pool = sorted(rules["projects"], key=order), {}, {}, 0
    for envelope, total in totals.items():
        own = [p for p in rows if p["envelope"] == envelope]
        places |= {id_: place for place, id_ in enumerate((p["id"] for p in own if p["id"] not in out), start=1)}
        turns |= go_down(own, total, votes, out, ranks, stops=settings["rule"] == "stop")
        pool += total - sum(p["cost"] for p in own if turns[p["id"]][2] == "won")
    rest = [p for p in rows if settings["leftovers"] and p["id"] in places and turns[p["id"]][2] != "won"]
    for id_, (before, after, verdict) in go_down(rest, pool, votes, {}, ranks).items():
        lost = "lost_lot" if turns[id_][2] == "lost_lot" else verdict
        turns[id_] = (before, after, "won_leftovers" if verdict == "won" else lost)
    rows.sort(key=lambda p: [*totals].index(p["envelope"]))
    return [[p["id"], places.get(p["id"]), votes[p["id"]], p["cost"], *turns[p["id"]]] for p in rows]

def check_result(files, rules, cast, ranks):
    listed, votes = list(csv.DictReader(files.lines("projects.csv"))), Counter()
    told = [[p["id"], p["number"], p["envelope"], p["cost"]] for p in listed]
    frozen = [[p["id"], str(p["number"]), p["envelope"], str(p["cost"])] for p in rules["projects"]]
    same("projects.csv", "the frozen list", told, frozen)
    for (envelope, projects), often in cast.items():
        for project in projects.split() if envelope else ():
            votes[project] += often
    rows = allocate(rules, votes, [p["id"] for p in listed if p["withdrawn"]], ranks)
    for told, row in zip([*json.loads(files.bytes("result.json"))["projects"], None], [*rows, None], strict=True):
        same("result.json", "project, place, votes, cost, money before, money after, verdict", told, row)
    print(f"result: {sum(row[6].startswith('won') for row in rows)} of {len(rows)} projects won")
    return rows

def check_pb(files, name, envelope, cast, rows):
    """The Pabulib file of an envelope: its money, its projects in the official order, its votes."""
    lines, expected, found = files.lines(name), Counter(), Counter()
    projects, votes = lines.index("PROJECTS"), lines.index("VOTES")
    table = list(csv.reader(lines[:votes], delimiter=";"))
    listed = {row[0]: row[2] for row in table[projects + 2 : votes]}
    told = [dict(row[:2] for row in table[1:projects])["budget"], [*listed.items()], votes - projects - 2]
    mine = [(row[0], str(row[2])) for row in rows if row[6] != "withdrawn" or row[0] in listed]
    same(name, "budget, projects with votes, their number", told, [str(envelope["total"]), mine, len(mine)])
    for (id_, chosen), often in cast.items():
        kept = chosen if len(mine) == len(rows) else " ".join(p for p in chosen.split() if p in listed)
        if kept and id_ == envelope["id"]:
            expected[kept] += often
    for vote, often in Counter(line.partition(";")[2] for line in lines[votes + 2 :]).items():
        found[" ".join(sorted(vote.split(",")))] += often
    for vote in {**found, **expected}:
        same(name, f"votes for {vote}", found[vote], expected[vote])

def opened_again(rules, box, sealed):
    """A sealed ballot as it counts. Whatever is wrong with what a stranger sealed, it is an invalid ballot."""
    try:
        said = json.loads(box.decrypt(sealed))
        found = ballot(rules, said["e"], said["c"])
        return found or ("", "empty" if (said["e"], said["c"]) == ("", []) else "invalid")
    except Exception:
        return "", "invalid"

def check_sealed(files, rules, leaves, sums, cast, key_file):
    """The sealed ballots are in the log, and opened again they are the published ones."""
    sealed, peaks = [bytes.fromhex(line) for line in files.lines("sealed.txt")], []
    receipts = sorted(hashlib.sha256(b"\x00" + each).digest() for each in sealed)
    told = [len(sealed), len({*receipts} & {*leaves})]
    same("sealed.txt", "ballots, and how many of them are in the log", [sums["opened"]] * 2, told)
    grow(peaks, 0, receipts)
    same("sealed.txt", "the root of the opened ballots", sums["ballots_root"], root_of(peaks))
    try:
        from nacl.public import PrivateKey, SealedBox
    except ImportError:
        return print("PyNaCl is not installed: the sealed ballots are in the log, but were NOT opened again")
    files.last = key_file.name
    key = PrivateKey(bytes.fromhex(key_file.read_text().strip()))
    same(key_file.name, "the public half of the key", rules["ballot_public_key"], bytes(key.public_key).hex())
    opened = Counter(opened_again(rules, SealedBox(key), each) for each in sealed)
    for each in {**opened, **cast}:
        same("ballots.csv", f"ballots {each}", cast[each], opened[each])
    return print(f"sealed ballots: {len(sealed)} opened again")

def check(files, key_file):
    rules = json.loads(files.bytes("frozen.json"))
    rules["part"] = {project["id"]: project["envelope"] for project in rules["projects"]}
    names, public = [*FILES, "verify.py"], rules["settings"]["opening"] == "public"
    leaves, root = check_log(files, rules)
    cast = check_ballots(files, rules)
    sums = check_sums(files, leaves, cast)
    rows = check_result(files, rules, cast, check_lot(files, rules, root))
    for number, envelope in enumerate(rules["envelopes"], start=1):
        check_pb(files, f"{number}.pb", envelope, cast, [row for row in rows if rules["part"][row[0]] == envelope["id"]])
        names.append(f"{number}.pb")
    if public or key_file:
        check_sealed(files, rules, leaves, sums, cast, key_file or files.path / "key.txt")
    listed = [line.split("  ") for line in files.lines("SHA256SUMS")]
    names += ["key.txt", "sealed.txt"] if public else []
    same("SHA256SUMS", "the list of files", [name for _, name in listed], sorted(names))
    for digest, name in listed:
        same(name, "its SHA-256", digest, hashlib.sha256(files.bytes(name)).hexdigest())

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Checks a published vote.")
    parser.add_argument("directory", nargs="?", type=Path, default=Path(__file__).parent)
    parser.add_argument("--audit", type=Path, metavar="KEYFILE", help="open every sealed ballot again")
    asked = parser.parse_args()
    directory = Directory(asked.directory)
    try:
        check(directory, asked.audit)
        sys.exit(print("same"))
    except Different as difference:
        sys.exit(print(f"DIFFERENT: {difference}") or 1)
    except Exception as error:
        sys.exit(print(f"DIFFERENT: {directory.last}: can't be read: {error!r}") or 1)
