#!/usr/bin/env python3
"""Check a report that left a workbench: python3 verify.py report.zip [--key FINGERPRINT] [--disclosed FILE]

It needs Python 3.9 or later and nothing else: no network, no other program, no trust in whoever made the bundle.
It prints what it checked and ends with 0, or names what is wrong, each on a line, and ends with 1.

What it cannot tell is whose key signed the bundle. Compare the fingerprint that it prints with the one that the
newsroom or office publishes, in another way than the bundle came, or give that one with --key.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import re
import stat
import struct
import sys
import zipfile
from collections import Counter, defaultdict
from fractions import Fraction
from html.parser import HTMLParser
from itertools import product

CHUNK = 1 << 20
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
NO_DATE = 0x21  # how an archive writes the first day that it can name, 1 January 1980
FIRST = "0" * 64  # what the first entry of a log names as the one before it


class Wrong(Exception):
    """Something that makes it useless to go on; the text is the fault."""


def sha256(data):
    """SHA-256 in hexadecimal, of bytes or of a text in UTF-8."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def canonical(value):
    """The one spelling in which a value is hashed: JSON, keys in order, no white space, UTF-8 as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# ---- 1. The archive: looked at before anything in it is read -------------------------------------------------------


class Bundle:
    """The archive's files. They are stored as they are, never compressed: so none can grow when it is read."""

    def __init__(self, path):
        self.raw = open(path, "rb")
        try:
            self.zip = zipfile.ZipFile(self.raw)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as fault:
            raise Wrong(f"This is no whole zip archive: {fault}.")
        self.members = {}
        self.notes = []

    def faults(self):
        """What is wrong with the archive itself, by name."""
        seen, end = set(), 0
        for info in sorted(self.zip.infolist(), key=lambda info: info.header_offset):
            name = info.orig_filename
            if name.casefold() in seen:
                yield f"{name!r} is in the archive twice."
            seen.add(name.casefold())
            why = unsafe(info)
            if why:
                yield f"{name!r} {why}."
                continue
            self.raw.seek(info.header_offset)
            head, size, long = self.raw.read(30), info.file_size, len(name)
            extra = struct.unpack("<H", head[28:])[0] if len(head) == 30 else 0
            sizes = (0xFFFFFFFF, 0xFFFFFFFF) if extra else (size, size)  # what is larger stands in the extra part
            wanted = (b"PK\3\4", info.extract_version, info.flag_bits, 0, 0, NO_DATE, info.CRC, *sizes, long, extra)
            if head != struct.pack("<4s5H3L2H", *wanted) or self.raw.read(long) != name.encode():
                yield f"{name!r} is described in two ways in the archive, or its sizes disagree."
            if info.header_offset != end:
                yield f"There are bytes before {name!r} that belong to no file, or files that overlap."
            start = info.header_offset + 30 + long + extra
            end = start + size
            self.members[name] = (start, size)
        self.raw.seek(-22, 2)
        ending = self.raw.read()
        if end != self.zip.start_dir or ending[:4] != b"PK\5\6" or ending[-2:] != b"\0\0":
            yield "There are bytes in the archive that belong to no file."

    def pieces(self, name):
        """A file's bytes, piece by piece."""
        start, left = self.members[name]
        self.raw.seek(start)
        while left:
            piece = self.raw.read(min(left, CHUNK))
            if not piece:
                raise Wrong(f"{name!r} is cut off.")
            left -= len(piece)
            yield piece

    def read(self, name):
        """A whole file."""
        if name not in self.members:
            raise Wrong(f"{name} is missing.")
        return b"".join(self.pieces(name))

    def text(self, name):
        return self.read(name).decode()

    def lines(self, name):
        """The JSON values in a file that has one on each line, each with its number."""
        rest, number = b"", 0
        for piece in self.pieces(name):
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                number += 1
                yield number, json.loads(line)
        if rest:
            raise Wrong(f"{name} does not end with a whole line.")


def unsafe(info):
    """Why a member could do harm, or is no plain file; nothing where it is one."""
    name, kind = info.orig_filename, stat.S_IFMT(info.external_attr >> 16)
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "has an absolute path"
    if ".." in re.split(r"[/\\]", name):
        return "leads out of the folder with “..”"
    if not re.fullmatch(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*", name):
        return "has a name that no file of a bundle has"
    if kind == stat.S_IFLNK:
        return "is a link"
    if info.external_attr != 0o100644 << 16 or info.comment or info.date_time != (1980, 1, 1, 0, 0, 0):
        return "has marks that no file of a bundle has"
    if info.flag_bits & 1:
        return "is encrypted"
    if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
        return "is compressed, or its sizes disagree: it could grow to any size"
    return ""


# ---- 2. Ed25519, as RFC 8032 has it: slow and plain, for checking alone ---------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def point(data):
    """The point of the curve that 32 bytes stand for, as (X, Y, Z, T); None where they stand for none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def added(one, other):
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, base):
    total = (0, 1, 1, 0)
    while number:
        total = added(total, base) if number & 1 else total
        base, number = added(base, base), number >> 1
    return total


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public, signature, message):
    """Whether the signature of the message is by this public key; both in hexadecimal."""
    try:
        public, signature = bytes.fromhex(public), bytes.fromhex(signature)
    except (ValueError, TypeError):
        return False
    if len(public) != 32 or len(signature) != 64:
        return False
    key, first, s = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or first is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(s, BASE), added(first, times(h, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# ---- 3. The manifest: what belongs to the bundle, and who signed it -------------------------------------------------


def check_manifest(bundle, named):
    """The manifest, after its signature and every file's hash; raises Wrong with all that does not hold."""
    for name in (MANIFEST, SIGNATURE):
        if name not in bundle.members:
            raise Wrong(f"{name} is missing.")
    written = bundle.read(MANIFEST)
    try:
        manifest, seal = json.loads(written), json.loads(bundle.read(SIGNATURE))
        files = {file["path"]: (file["sha256"], file["size"]) for file in manifest["files"]}
        public, fingerprint = seal["public_key"], sha256(bytes.fromhex(seal["public_key"]))
        signature, format = seal["signature"], manifest["format"]
    except (ValueError, KeyError, TypeError):
        raise Wrong("The manifest or its signature cannot be read.")
    if format != "workbench-bundle/1":
        raise Wrong(f"The bundle is of another format than this program checks: {format}.")
    faults = []
    if not signed(public, signature, written):
        faults.append("The signature is not one of this manifest by the key beside it.")
    if len(files) != len(manifest["files"]) or canonical(manifest).encode() != written:
        faults.append("The manifest is not in its canonical spelling, or names a file twice.")
    if seal.get("fingerprint") != fingerprint or manifest.get("key") != fingerprint:
        faults.append("The signature is by another key than the manifest names.")
    there = set(bundle.members) - {MANIFEST, SIGNATURE}
    faults += [f"{path} is missing." for path in sorted(set(files) - there)]
    faults += [f"{path} does not belong to the bundle." for path in sorted(there - set(files))]
    for path in sorted(there & set(files)):
        if bundle.members[path][1] != files[path][1]:
            faults.append(f"{path} has {bundle.members[path][1]:,} bytes, and the manifest says {files[path][1]:,}.")
            continue
        hashed = hashlib.sha256()
        for piece in bundle.pieces(path):
            hashed.update(piece)
        if hashed.hexdigest() != files[path][0]:
            faults.append(f"{path} is not what was signed: its SHA-256 differs.")
    if not faults and named and named != fingerprint and not descends(bundle, named, fingerprint):
        faults.append(f"The bundle is signed by {grouped(fingerprint)}, not by the key that you named.")
    if faults:
        raise Wrong("\n".join(faults))
    return manifest


def descends(bundle, named, fingerprint):
    """Whether the key that was named vouches for the one that signed, by statements that each key signed in turn."""
    try:
        keys = {key["fingerprint"]: key for key in json.loads(bundle.read("keys.json"))}
        while fingerprint != named:
            key = keys.pop(fingerprint)  # none is asked twice, so that no circle is followed for ever
            said = json.loads(key["statement"])
            old = keys[said["takes_over_from"]]
            fits = sha256(bytes.fromhex(key["public_key"])) == said["fingerprint"] == fingerprint
            vouches = signed(old["public_key"], key["signature"], key["statement"].encode())
            if not fits or not vouches or sha256(bytes.fromhex(old["public_key"])) != said["takes_over_from"]:
                return False
            fingerprint = said["takes_over_from"]
    except (KeyError, TypeError, ValueError):
        return False
    return True


def grouped(fingerprint):
    return " ".join(fingerprint[at : at + 4] for at in range(0, 64, 4))


def check_snapshot(bundle, manifest):
    """The frozen data, from which everything else in the bundle is made."""
    written = bundle.read("snapshot.json")
    snapshot = json.loads(written)
    digest = sha256(written)
    if canonical(snapshot).encode() != written:
        yield "snapshot.json is not in its canonical spelling."
    if digest != manifest["snapshot_sha256"]:
        yield "snapshot.json has another hash than the manifest names."
    if bundle.read("report.json") != b'{"sha256":"%s","snapshot":%s}\n' % (digest.encode(), written):
        yield "report.json holds other data than snapshot.json."
    if (snapshot["key"] or {}).get("fingerprint") != manifest["key"]:
        yield "The report names another key than the one that signed the bundle."
    files = {file["sha256"]: file["path"] for file in manifest["files"]}
    left = {each["sha256"] for each in manifest["left_out"]}
    places = {f"documents/{each['number']}/text.txt": each["sha256"] for each in snapshot["documents"]}
    places.update({f"documents/{each['number']}/original": each["sha256_bytes"] for each in snapshot["documents"]})
    places.update({f"exhibits/{each['id']}/text.txt": each["text_sha256"] for each in snapshot["exhibits"]})
    places.update({f"captures/{each['sha256']}": each["sha256"] for each in snapshot["custody"]})
    for file in manifest["files"]:
        if file["path"].split("/")[0] in ("documents", "exhibits", "captures"):
            if places.get(file["path"]) != file["sha256"]:
                yield f"{file['path']} is not what the report names."
    wanted = [(f"the text of document {each['number']}", each["sha256"]) for each in snapshot["documents"]]
    wanted += [(f"the file of document {each['number']}", each["sha256_bytes"]) for each in snapshot["documents"]]
    wanted += [(f"the text of exhibit {each['id']}", each["text_sha256"]) for each in snapshot["exhibits"]]
    wanted += [(f"a capture of exhibit {each['exhibit']}", each["sha256"]) for each in snapshot["custody"]]
    for what, hash in wanted:
        if hash and hash not in files and hash not in left:
            yield f"The report names {what}, which is neither in the bundle nor listed as left out."


# ---- 4. The log: a chain in which each entry holds the hash of the one before ---------------------------------------


def salts(salt, names):
    """The salt of each of an entry's fields: in the order of names, 16 bytes each of SHAKE-256 over the entry's."""
    drawn = hashlib.shake_256(salt.encode()).hexdigest(16 * len(names))
    return {name: drawn[32 * n : 32 * n + 32] for n, name in enumerate(sorted(names))}


def commitment(salt, value):
    return sha256(canonical([salt, value]))


def said_in(line):
    """What an entry discloses, by field, and the commitment to each of its fields."""
    if "salt" in line:
        said, own = line["said"], salts(line["salt"], line["said"])
        return said, {name: commitment(own[name], value) for name, value in said.items()}
    said = {name: value for name, (_salt, value) in line["shown"].items()}
    kept = {name: commitment(salt, value) for name, (salt, value) in line["shown"].items()}
    if set(kept) & set(line["withheld"]):
        raise ValueError("a field is both shown and withheld")
    return said, {**kept, **line["withheld"]}


def said_before_salts(told):
    """What an entry of the first format says, by the names of the second."""
    detail = json.loads(told[8])
    said = {f"after.{name}": value for name, value in (detail["after"] or {}).items()}
    return {**said, "verb": told[3], "thing": told[4], "label": told[6]}


def stamped_head(bundle):
    """What a stamping service attested, if the bundle holds a stamp: how many entries there were, and the head."""
    if "stamp/head.txt" not in bundle.members:
        return 0, ""
    count, head = bundle.text("stamp/head.txt").split(":")
    return int(count), head


def check_log(bundle, snapshot, found):
    """Every entry follows the one before; the head is that of the report; the last tells that it was made."""
    code, head = snapshot["case"]["code"], snapshot["log"]
    number, previous, said, whole = 0, FIRST, {}, 0
    stamped = stamped_head(bundle)
    for _n, line in bundle.lines("log.jsonl"):
        if line["number"] != number + 1:
            yield f"Entry {number + 1} of the log is missing: {line['number']} follows {number}."
            return
        if line["previous"] != previous:
            yield f"Entry {line['number']} of the log does not follow the one before it."
            return
        number, said = number + 1, {}
        if "salt" in line or "shown" in line:
            said, kept = said_in(line)
            expected = sha256(canonical(["workbench-log/2", code, number, kept, previous]))
        elif "said" in line:  # an entry from before the fields had salts: shown in whole, or by its hash alone
            expected = sha256(canonical(["workbench-log/1", code, number, *line["said"], previous]))
            said = said_before_salts(line["said"])
        else:
            expected, whole = line["hash"], whole + 1
        if expected != line["hash"]:
            yield f"Entry {number} of the log is not what was entered."
            return
        previous = line["hash"]
        if number == head["count"] and previous != head["head"]:
            yield f"The log has another head at entry {number} than the report prints."
        if number == stamped[0] and previous != stamped[1]:
            yield f"The stamping service attested another head at entry {number} than the log has."
        place = (said.get("label", "").split(",")[0], said.get("after.round"))
        if said.get("verb") in ("assessed", "reconsidered", "imported") and "after.seal" in said:
            found["sealed"].append((*place, said["after.seal"]))
        if said.get("thing") == "claim" and "after.statement" in said and "label" in said:
            found["statements"][said["label"]] = said["after.statement"]
        if said.get("verb") in ("signed_off", "imported") and "after.rating" in said:
            found["signed"][place] = said["after.rating"]
    if number != head["count"] + 1:
        yield f"The log ends with entry {number}; the report was entered as {head['count'] + 1}."
    elif said.get("verb") != "exported" or said.get("after.sha256") != found["digest"]:
        yield f"Entry {number} of the log does not say that this report was made."
    found["entries"], found["unseen"] = number, whole


def check_disclosed(bundle, file):
    """One field of one entry that was withheld, told later: it must be what was committed to."""
    with open(file, encoding="utf-8") as told:
        told = json.load(told)
    for _n, line in bundle.lines("log.jsonl"):
        if line["number"] == told["entry"]:
            kept = said_in(line)[1].get(told["field"])
            if kept != commitment(told["salt"], told["value"]):
                yield f"Entry {told['entry']} does not say {told['field']} = {canonical(told['value'])}."
            return
    yield f"There is no entry {told['entry']} in the log."


# ---- 5. The seals: what each reviewer said before seeing the others -------------------------------------------------


def check_seals(bundle, snapshot, manifest, found):
    """Each answer in the report is what was sealed and was entered in the log; so is each signed verdict."""
    contents = {line["seal"]: line["content"] for _n, line in bundle.lines("seals.jsonl")}
    left = {each["sha256"] for each in manifest["left_out"]}
    entered = {seal for _label, _round, seal in found["sealed"]}
    for seal, content in contents.items():
        if sha256(content) != seal:
            yield f"The sealed answer {seal[:12]}… is not what was sealed."
    for claim in snapshot["claims"]:
        if found["statements"].get(claim["ref"], claim["statement"]) != claim["statement"]:
            yield f"{claim['ref']}: the log words the claim otherwise than the report."
        given = {answer["seal"] for answer in claim["assessments"]}
        for answer in claim["assessments"]:
            name = f"{claim['ref']}: the answer of {answer['reviewer']} in round {answer['round']}"
            if answer["seal"] in contents:
                if differs(claim["ref"], answer, json.loads(contents[answer["seal"]])):
                    yield f"{name} is not what was sealed."
            elif answer["seal"] not in left:
                yield f"{name} has no seal in the bundle."
            if answer["seal"] not in entered and not found["unseen"]:
                yield f"{name} was never entered in the log."
        verdicts = [verdict for verdict in [claim["verdict"], *claim["earlier_verdicts"]] if verdict]
        for verdict in verdicts:
            entered_as = found["signed"].get((claim["ref"], verdict["round"]))
            if entered_as != verdict["rating"] and not found["unseen"]:
                yield f"{claim['ref']}: the log has another verdict signed off in round {verdict['round']}."
        rounds = {verdict["round"] for verdict in verdicts}
        for label, round, seal in found["sealed"]:
            if label == claim["ref"] and round in rounds and seal not in given:
                if "assessments" in snapshot["sections"]:
                    yield f"{claim['ref']}: an answer of round {round}, sealed as {seal[:12]}…, is left out."
    found["seals"] = len(contents)


def differs(ref, answer, sealed):
    """Whether the report tells an answer otherwise than it was sealed."""
    same = ("rating", "was_said", "likelihood", "confidence", "rationale", "would_change", "round", "relied_on")
    told = [ref, answer["moved_reason"], answer["override_reason"], answer["follows"], answer["submitted_at"][:19]]
    told += [answer[name] for name in same]
    said = [sealed["claim"], sealed.get("moved_reason", ""), sealed.get("override_reason", "")]
    said += [sealed.get("follows", ""), sealed["submitted_at"][:19], *(sealed[name] for name in same)]
    facets = {part["facet"]: (part["rating"], part["note"]) for part in answer["facets"]}
    kept = {name: (part.get("rating") or "", part.get("note", "")) for name, part in sealed.get("facets", {}).items()}
    return told != said or facets != kept


# ---- 6. The quotations: each stands in its document, character for character ----------------------------------------


def check_quotations(bundle, snapshot, manifest, found):
    """Every passage at its place with the words around it, every quotation of evidence in the text that is held."""
    paths = {file["sha256"]: file["path"] for file in manifest["files"]}
    hashes = {f"document:{each['number']}": each["sha256"] for each in snapshot["documents"]}
    hashes.update({f"exhibit:{each['id']}": each["text_sha256"] for each in snapshot["exhibits"]})
    texts = {}
    for key, hash in hashes.items():
        if hash in paths:
            texts[key] = bundle.text(paths[hash])
    left = {each["sha256"] for each in manifest["left_out"]}
    for claim in snapshot["claims"]:
        quoted = [(f"document:{each['document']}", each, None) for each in claim["passages"]]
        quoted += [(each["held_in"], None, each) for each in claim["evidence"] if each["held_in"]]
        for key, passage, item in quoted:
            if key not in texts:
                found["unchecked"] += 1
                if hashes.get(key) not in left:
                    yield f"{claim['ref']}: the text of {key} is not there to check a quotation against."
            elif passage is not None:
                start, end, text = passage["start"], passage["end"], texts[key]
                around = text[:start].endswith(passage["before"]) and text[end:].startswith(passage["after"])
                if not 0 <= start < end <= len(text) or text[start:end] != passage["exact"]:
                    yield f"{claim['ref']}: the quotation does not stand at characters {start} to {end} of {key}."
                elif not around:
                    yield f"{claim['ref']}: the words around characters {start} to {end} of {key} are others."
                found["quoted"] += 1
            else:
                if item["quote"] not in texts[key]:
                    yield f"{claim['ref']}: the quotation of evidence {item['number']} does not stand in {key}."
                found["quoted"] += 1


# ---- 7. Counting again: agreement and origins -----------------------------------------------------------------------


def check_ratings(snapshot):
    """Every verdict and every answer bears the name that the scale gives to its rating."""
    scale = {rating["code"]: (rating["label"], rating["look"]) for rating in snapshot["scale"]["ratings"]}
    for claim in snapshot["claims"]:
        rated = [each for each in [claim["verdict"], *claim["earlier_verdicts"]] if each] + claim["assessments"]
        for each in rated:
            if scale.get(each["rating"]) != (each["label"], each["look"]):
                yield f"{claim['ref']}: “{each['label']}” is not what the scale calls “{each['rating']}”."


def check_agreement(snapshot):
    """How far the reviewers agree, from their first answers in each round that a signed verdict closed."""
    printed = snapshot["agreement"]
    if printed is None or "assessments" not in snapshot["sections"]:
        return
    rounds = defaultdict(list)
    for claim in snapshot["claims"]:
        for answer in claim["assessments"]:
            if not answer["follows"]:
                rounds[claim["ref"], answer["round"]].append(answer["rating"])
    units = [answers for answers in rounds.values() if len(answers) > 1]
    scale = sorted((r["position"], r["code"]) for r in snapshot["scale"]["ratings"] if r["position"] is not None)
    counted = {
        "rounds": len(units),
        "answers": sum(map(len, units)),
        "unanimous": sum(len(set(answers)) == 1 for answers in units),
        "percent": percent(units),
        "alpha_nominal": alpha(units, None),
        "alpha_ordinal": alpha(units, [code for _position, code in scale]),
    }
    for name, value in counted.items():
        said = printed[name]
        near = said == value if None in (said, value) else abs(Fraction(said) - value) <= Fraction(501, 1_000_000)
        if not near:
            shown = "undefined" if value is None else f"{float(value):.3f}".rstrip("0").rstrip(".")
            yield f"Agreement: {name} is {shown} when counted again, and the report says {said}."


def percent(units):
    """Of two answers to a unit taken at random, how often they are the same."""
    alike = [Fraction(sum(n * (n - 1) for n in Counter(u).values()), len(u) * (len(u) - 1)) for u in units]
    return sum(alike) / len(units) if units else None


def alpha(units, order):
    """Krippendorff's alpha: nominal, or ordinal where the answers on the scale are given in their order."""
    if order is not None:
        units = [[answer for answer in unit if answer in order] for unit in units]
    units = [unit for unit in units if len(unit) > 1]
    given = Counter(answer for unit in units for answer in unit)
    places = order or sorted(given)

    def apart(one, other):
        low, high = sorted((places.index(one), places.index(other)))
        if order is None or low == high:
            return int(low != high)
        between = sum(given[each] for each in places[low : high + 1])
        return (between - Fraction(given[places[low]] + given[places[high]], 2)) ** 2

    seen = Fraction(0)
    for unit in units:
        counts = Counter(unit)
        pairs = product(counts, counts)
        seen += sum(Fraction(counts[a] * counts[b], len(unit) - 1) * apart(a, b) for a, b in pairs)
    expected = sum(given[a] * given[b] * apart(a, b) for a, b in product(given, given))
    return 1 - (sum(given.values()) - 1) * seen / expected if expected else None


def check_origins(snapshot):
    """How many independent origins stand behind each claim's evidence, from who repeats whom."""
    exhibits = {each["id"]: each for each in snapshot["exhibits"]}
    if "evidence" not in snapshot["sections"]:
        return
    for claim in snapshot["claims"]:
        items = [item for item in claim["evidence"] if item["exhibit_id"] is not None]
        of = origins([item["exhibit_id"] for item in items], exhibits)
        numbers = {}
        for item in items:
            origin = of[item["exhibit_id"]]
            number = None if origin is None else numbers.setdefault(origin, len(numbers) + 1)
            if number != item["origin"]:
                yield f"{claim['ref']}: evidence {item['number']} counts for origin {number}, not {item['origin']}."
        unknown = sum(of[item["exhibit_id"]] is None for item in items)
        counted = {"items": len(items), "origins": len(numbers), "unknown": unknown}
        for name, count in counted.items():
            if count != claim["origins"][name]:
                said = claim["origins"][name]
                yield f"{claim['ref']}: {name} of evidence is {count} when counted again, and the report says {said}."


def origins(cited, exhibits):
    """The origin of each exhibit that is cited: the smallest number in its group; None where it is not known."""
    near = list(dict.fromkeys(cited))
    for key in near:  # what they repeat, and what that repeats in its turn
        near += [each["exhibit"] for each in exhibits[key]["repeats"] if each["exhibit"] not in near]
    group = {key: key for key in near}

    def lead(key):
        while group[key] != key:
            group[key] = key = group[group[key]]
        return key

    def join(one, other):
        one, other = sorted((lead(one), lead(other)))
        group[other] = one

    marked = {}
    for key in near:
        for mark in exhibits[key]["marks"]:
            join(key, marked.setdefault(mark, key))
        for each in exhibits[key]["repeats"]:
            join(key, each["exhibit"])

    def known(speakers):
        """Those of which all is known up to speakers at first hand, who are among these."""
        sure, grown = set(), True
        while grown:
            grown = False
            for key in near:
                above = [each["exhibit"] for each in exhibits[key]["repeats"]]
                if key not in sure and (all(one in sure for one in above) if above else key in speakers):
                    sure.add(key)
                    grown = True
        return sure

    first = {key for key in near if exhibits[key]["first_hand"]}
    sure, told = known(first), known({key for key in first if exhibits[key]["named"]})
    # Nobody can tell whether speakers without names are two or one: all groups that rest on such alone are one.
    nobody = sorted({lead(key) for key in cited if key in sure} - {lead(key) for key in cited if key in told})
    for other in nobody[1:]:
        join(nobody[0], other)
    return {key: lead(key) if key in sure else None for key in cited}


# ---- 8. The summary: built again from the data, and held against the page, the table and the text -------------------


def summary(snapshot):
    """By its reference: each claim's statement, the label of its signed verdict or None, and who signed it."""
    rows = {}
    for claim in snapshot["claims"]:
        verdict = claim["verdict"]
        rows[claim["ref"]] = (
            plain(claim["statement"]),
            plain(verdict["label"]) if verdict else None,
            plain(verdict["signed_off_by"]) if verdict else "",
        )
    return rows


def plain(text):
    return " ".join(text.split())


def check_summary(snapshot, tables):
    """Hold the rows of each format against the data; `tables` are (file, reference → statement, rating, signer)."""
    expected = summary(snapshot)
    left_out = "summary" not in snapshot["sections"]
    labels = {plain(rating["label"]) for rating in snapshot["scale"]["ratings"]}
    for file, rows in tables:
        if left_out and not rows and file != "report.csv":
            continue
        for ref in sorted(set(expected) - set(rows)):
            yield f"{file}: {ref} is missing from the summary."
        for ref in sorted(set(rows) - set(expected)):
            yield f"{file}: {ref} stands in the summary, and not in the data."
        for ref in sorted(set(rows) & set(expected)):
            statement, rating, signer = rows[ref]
            wanted = expected[ref]
            if statement != wanted[0]:
                yield f"{file}: the summary words {ref} otherwise than the data."
            if not rated(rating, wanted[1], labels):
                yield f"{file}: the summary gives {ref} the verdict “{rating}”; the data say “{wanted[1] or 'none'}”."
            if signer != wanted[2]:
                yield f"{file}: the summary says that “{signer}” signed {ref} off; the data say “{wanted[2]}”."


def rated(cell, label, labels):
    """Whether a cell shows this rating: its sign and its word, marked as a sample where it is one; or none."""
    cell = re.sub(r"^[✓≈✕?] ", "", cell)
    if label is None:
        return cell not in labels and not any(cell.startswith(f"{each} · ") for each in labels)
    return cell == label or (cell.startswith(f"{label} · ") and cell not in labels)


def counts(snapshot):
    """How many claims have each rating; None for those whose verdict nobody signed."""
    return Counter(row[1] for row in summary(snapshot).values())


class Page(HTMLParser):
    """The tables of the summary in report.html, as rows of cells, and the whole of its text."""

    def __init__(self):
        super().__init__()
        self.depth, self.inside, self.rows, self.cell, self.words = 0, False, [], None, []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "section":
            self.depth += 1
            self.inside = self.inside or attrs.get("id") == "summary"
        if self.inside and tag == "tr":
            self.rows.append([])
        if self.inside and tag in ("td", "th") and self.rows:
            self.cell = []
        if tag == "span" and attrs.get("class") == "chip" and self.cell is not None:
            self.cell.append("\0")  # what follows in the cell is the kind of claim, not its statement

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.cell is not None:
            self.rows[-1].append(plain("".join(self.cell).split("\0")[0]))
            self.cell = None
        if tag == "section":
            self.depth -= 1
            self.inside = self.inside and self.depth > 0

    def handle_data(self, data):
        self.words.append(data)
        if self.cell is not None:
            self.cell.append(data)


def check_page(bundle, snapshot, digest):
    """report.html: the summary, how many claims have each rating, and the hashes that it prints."""
    page = Page()
    page.feed(bundle.text("report.html"))
    refs = re.compile(rf"{re.escape(snapshot['case']['code'])}-\d+")
    rows = {row[0]: (row[1], row[2], row[3]) for row in page.rows if len(row) == 4 and refs.fullmatch(row[0])}
    yield from check_summary(snapshot, [("report.html", rows)])
    drawn = {row[0]: row[1] for row in page.rows if len(row) == 3 and row[1].replace(",", "").isdigit()}
    for label, count in counts(snapshot).items():
        told = [n for word, n in drawn.items() if rated(word, label, {each for each in counts(snapshot) if each})]
        if drawn and str(count) not in [n.replace(",", "") for n in told]:
            yield f"report.html: {count} claims have the verdict “{label or 'none'}”, and the page says otherwise."
    words = "".join(page.words)
    for what, value in (("the snapshot", digest), ("the log's head", snapshot["log"]["head"])):
        if value not in words:
            yield f"report.html does not print the hash of {what}."


def check_table(bundle, snapshot, digest):
    """report.csv: a row for each claim, and in each the hashes of the snapshot and of the log's head."""
    csv.field_size_limit(1 << 30)
    rows, claims = {}, {claim["ref"]: claim for claim in snapshot["claims"]}
    for row in csv.DictReader(io.StringIO(bundle.read("report.csv").decode("utf-8-sig"), newline="")):
        # What a spreadsheet could take for a formula has an apostrophe in front.
        cells = {name: re.sub(r"^'(?=\s*[=+\-@＝＋－＠]|[\t\r\n])", "", cell) for name, cell in row.items()}
        rows[cells["ref"]] = tuple(plain(cells[name]) for name in ("statement", "rating_label", "signed_off_by"))
        printed = (cells["snapshot_sha256"], cells["log_count"], cells["log_head"])
        if printed != (digest, str(snapshot["log"]["count"]), snapshot["log"]["head"]):
            yield f"report.csv: the row of {cells['ref']} names another snapshot or another head of the log."
        claim = claims.get(cells["ref"])
        if claim is None:
            continue
        stances = Counter(item["stance"] for item in claim["evidence"])
        stances["evidence"] = len(claim["evidence"])
        told = ("evidence", "supports", "refutes", "context") if "evidence" in snapshot["sections"] else ()
        if any(cells[name] != str(stances[name]) for name in told):
            yield f"report.csv: the evidence of {cells['ref']} is counted otherwise than in the data."
        if cells["summary"] != (claim["verdict"]["summary"] if claim["verdict"] else ""):
            yield f"report.csv: the verdict on {cells['ref']} has another summary than in the data."
    yield from check_summary(snapshot, [("report.csv", rows)])


def check_markdown(bundle, snapshot, digest):
    """report.md: the summary, and how many claims have each rating."""
    text, rows = bundle.text("report.md"), {}
    for line in re.findall(r'^\| (?:<a id="row-claim-\d+"></a>)?(\[.*) \|$', text, re.M):
        cells = [unescaped(cell) for cell in re.findall(r"(?:\\.|[^\\|])+", line)]
        ref = re.match(r"\[(.+?)\]\(#claim-\d+\)$", cells[0])
        if ref and len(cells) == 5:
            rows[ref[1]] = (cells[1], cells[3].strip("*"), cells[4])
    yield from check_summary(snapshot, [("report.md", rows)])
    told = re.findall(r"^- (\d+) × (.+)$", text, re.M)
    for label, count in counts(snapshot).items() if "summary" in snapshot["sections"] else ():
        names = {each for each in counts(snapshot) if each}
        found = [int(n) for n, word in told if rated(unescaped(word).strip("*"), label, names)]
        if count not in found:
            yield f"report.md: {count} claims have the verdict “{label or 'none'}”, and the text says otherwise."
    if digest not in text or snapshot["log"]["head"] not in text:
        yield "report.md does not print the hash of the snapshot and of the log's head."


def unescaped(text):
    return plain(re.sub(r"\\([\\`*_{}\[\]<>&#|~$!+=:.)-])", r"\1", text))


# ---- 9. The account -------------------------------------------------------------------------------------------------


def verify(path, named="", disclosed=None):
    """Print what holds; raises Wrong with all that does not, a line each."""
    bundle = Bundle(path)
    faults = list(bundle.faults())
    if faults:
        raise Wrong("\n".join(faults))
    manifest = check_manifest(bundle, named)
    snapshot = json.loads(bundle.read("snapshot.json"))
    digest = sha256(bundle.read("snapshot.json"))
    found = {
        "digest": digest,
        "sealed": [],
        "signed": {},
        "statements": {},
        "unchecked": 0,
        "quoted": 0,
        "unseen": 0,
        "seals": 0,
    }
    checks = [
        ("the frozen data", check_snapshot(bundle, manifest)),
        ("the log", check_log(bundle, snapshot, found)),
        ("the seals", check_seals(bundle, snapshot, manifest, found)),
        ("the quotations", check_quotations(bundle, snapshot, manifest, found)),
        ("the ratings", check_ratings(snapshot)),
        ("agreement", check_agreement(snapshot)),
        ("origins", check_origins(snapshot)),
        ("report.html", check_page(bundle, snapshot, digest)),
        ("report.csv", check_table(bundle, snapshot, digest)),
        ("report.md", check_markdown(bundle, snapshot, digest)),
    ]
    if disclosed:
        checks.append(("what was disclosed", check_disclosed(bundle, disclosed)))
    for what, check in checks:
        try:
            faults += check
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError, Wrong) as fault:
            faults.append(f"{what[0].upper()}{what[1:]} cannot be checked: {type(fault).__name__}, {fault}")
    if faults:
        raise Wrong("\n".join(faults))
    tell(bundle, manifest, snapshot, found, named)


def tell(bundle, manifest, snapshot, found, named):
    """What was checked, in sentences."""
    report, made = snapshot["report"], len(bundle.members)
    whose = "as you named it" if named == manifest["key"] else "for which the key that you named vouches"
    print(f"Report {report['number']} of {snapshot['case']['code']}, “{report['title']}”, made {report['made_at']}.")
    print(f"The archive: {made} files, each as it was signed; none missing, none added.")
    print(f"Signed by {grouped(manifest['key'])}, {whose if named else 'which you must compare yourself'}.")
    print(f"The frozen data (SHA-256 {found['digest']}): {len(snapshot['claims'])} claims.")
    print(f"The log: {found['entries']} entries in an unbroken chain, {found['unseen']} of them by their hashes alone.")
    print(f"The seals: {found['seals']} answers are what was sealed, and were entered in the log.")
    print(f"The quotations: {found['quoted']} stand where they should; {found['unchecked']} could not be checked.")
    print("Counted again and found the same: ratings, agreement, origins, evidence.")
    print("The summaries of report.html, report.csv and report.md say what the data say.")
    for each in manifest["left_out"]:
        print(f"Left out: {each['what']}, SHA-256 {each['sha256']}: {each['reason']}")
    print("All of this holds.")


def main():
    parser = argparse.ArgumentParser(description="Check a report that left a workbench.")
    parser.add_argument("bundle", metavar="report.zip")
    parser.add_argument("--key", default="", metavar="FINGERPRINT", help="of the key that must have signed it")
    parser.add_argument("--disclosed", metavar="FILE", help="one field of one entry of the log, as it was told later")
    asked = parser.parse_args()
    try:
        verify(asked.bundle, re.sub(r"[\s:]", "", asked.key).lower(), asked.disclosed)
    except OSError as fault:
        print(f"It cannot be read: {fault}")
    except Wrong as fault:
        print(fault)
    except Exception as fault:  # whatever somebody has written into it
        print(f"It cannot be checked: {type(fault).__name__}, {fault}")
    else:
        return 0
    print("This report must not be relied on.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
