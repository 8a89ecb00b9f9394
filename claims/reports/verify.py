#!/usr/bin/env python3
"""Check a report that left a workbench: python3 verify.py report.zip [--key FINGERPRINT] [--disclosed FILE]

It needs Python 3.9 or later and nothing else: no network, no other program, no trust in whoever made the bundle.
It prints what it checked and ends with 0, or names what is wrong, each on a line, and ends with 1.

Read it from top to bottom: each function check_… proves one thing, which its first lines say, in the order in which
they run. Each must(…) is a rule, with the sentence that is printed where it does not hold.

What it cannot tell is whose key signed the bundle. Compare the fingerprint that it prints with the one that the
newsroom or office publishes, in another way than the bundle came, or give that one with --key.
"""

import argparse
import csv
import hashlib
import html
import io
import json
import re
import stat
import struct
import sys
import zipfile
import zlib
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import product


class Wrong(Exception):
    """What is wrong, where it is of no use to go on; or all that is, a sentence on each line."""


class Unfit(Exception):
    """What was told later is not what was kept back; nothing is wrong with the bundle."""


class Bundle:
    """The archive that is being checked, what the checks so far have read in it, and what is wrong with it."""

    def __init__(self, path, named, disclosed):
        self.file, self.named, self.disclosed, self.faults = open(path, "rb"), named, disclosed, []
        self.members, self.looked_at = {}, set()  # by its name: where a file's bytes begin, how many there are, its CRC
        self.manifest = self.data = None
        self.misfit = ""  # how what is disclosed does not fit
        self.paths, self.left_out = {}, set()  # by its hash: where a file stands; the hashes of what is left out
        # What each entry shows; how many are there by their hashes alone, and the last of them.
        self.log, self.unseen, self.early = [], 0, 0
        self.seals, self.quoted, self.counted, self.notes = {}, 0, ["ratings"], []  # notes: what was not checked

    def must(self, holds, sentence):
        """Keep the sentence where something does not hold; whether it does comes back."""
        if not holds:
            self.faults.append(sentence)
        return holds

    def pieces(self, name):
        """A file's bytes, in pieces so small that a file of any size can be hashed in little memory."""
        if name not in self.members:
            raise Wrong(f"{name} is missing.")
        start, size, _crc = self.members[name]
        self.file.seek(start)
        for left in range(size, 0, -(1 << 20)):
            yield self.file.read(min(left, 1 << 20))

    def read(self, name):
        self.looked_at.add(name)
        return b"".join(self.pieces(name))

    def lines(self, name):
        """The values in a file that has one in JSON on each line, in their one spelling."""
        for line in io.BytesIO(self.read(name)):
            value = json.loads(line)
            if f"{canonical(value)}\n".encode() != line:
                raise Wrong(f"{name} has a line that is not in its canonical spelling.")
            yield value

    def note(self, count, sentence):
        """Keep what was not checked, where there is such: it is told, and faults nothing."""
        if count:
            self.notes.append(f"{sentence}: {count}.")

    def shows(self, section):
        """Whether this section was chosen for the report."""
        return section in self.data["sections"]


def sha256(data):
    """SHA-256 in hexadecimal, of bytes or of a text in UTF-8."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def canonical(value):
    """The one spelling in which a value is hashed: JSON, keys in order, no white space, UTF-8 as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def grouped(fingerprint):
    """A fingerprint as people compare it."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, 64, 4))


# ---- 1. The archive: looked at before anything in it is read
MANY = 20  # faults of the archive that are told: whoever packs a folder again makes some of each file
PLAIN = (0o100644 << 16, b"", 0, 1980, 1, 1, 0, 0, 0)  # the marks of a file in it: rights, comment, flags, date, time


def check_archive(bundle, must):
    """It holds plain files under plain names, each once, one after the other, and not a byte besides.

    They are stored as they are, never compressed: so none can grow when it is read. The archive describes each twice,
    where it begins and in the directory at the end; both must say the same.
    """
    try:
        archive = zipfile.ZipFile(bundle.file)
    except Exception as fault:  # whatever it stumbles over
        raise Wrong(f"This is no whole zip archive: {fault}.")
    seen, end, directory, pattern = set(), 0, b"", "[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*"
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        name, start, size = info.orig_filename, info.header_offset, info.file_size
        marks = (info.external_attr, info.comment, info.flag_bits & ~1, *info.date_time)
        stored = info.compress_type == zipfile.ZIP_STORED and info.compress_size == size
        must(name.casefold() not in seen, f"{name!r} is in the archive twice.")
        must(not re.match("/|[A-Za-z]:", name), f"{name!r} has an absolute path.")
        must(".." not in re.split(r"[/\\]", name), f"{name!r} leads out of the folder with “..”.")
        must(re.fullmatch(pattern, name), f"{name!r} has a name that no file of a bundle has.")
        must(not stat.S_ISLNK(info.external_attr >> 16), f"{name!r} is a link.")
        must(marks == PLAIN, f"{name!r} has marks that no file of a bundle has.")
        must(not info.flag_bits & 1, f"{name!r} is encrypted.")
        must(stored, f"{name!r} is compressed, or its sizes disagree: it could grow to any size.")
        must(start == end, f"There are bytes before {name!r} that belong to no file, or files that overlap.")
        info.extra, info.extract_version = b"", zipfile.DEFAULT_VERSION  # they depend on how large the archive is
        head = info.FileHeader(zip64=size * 1.05 > zipfile.ZIP64_LIMIT)
        bundle.file.seek(start)
        must(bundle.file.read(len(head)) == head, f"{name!r} is described in two ways in the archive.")
        seen.add(name.casefold())
        bundle.members[name], end = (start + len(head), size, info.CRC), start + len(head) + size
        directory += described(info, head[4:28])
    bundle.file.seek(end)
    rest = bundle.file.read(len(directory) + 1000)
    whole = rest == directory + ending(len(seen), end, len(directory))
    must(
        whole, "There are bytes in the archive that belong to no file, or its directory says more than where files are."
    )
    if len(bundle.faults) > MANY:
        more, bundle.faults[MANY:] = len(bundle.faults) - MANY, []
        raise Wrong(f"… and {more} more like these. Was it packed again? Check the file as it came.")


def described(info, head):
    """A file in the archive's directory: as where it begins, and nothing besides that could give it another name."""
    size, start, limit = info.file_size, info.header_offset, zipfile.ZIP64_LIMIT
    large = [size, size] * (size > limit) + [start] * (start > limit)  # what four bytes are too few for
    extra = struct.pack(f"<2H{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    version = 45 if large else head[0]
    sizes = (0xFFFFFFFF, 0xFFFFFFFF) if size > limit else (size, size)
    fixed = struct.pack("<4s4B", b"PK\1\2", version, 3, version, 0) + head[2:14]
    name = info.orig_filename.encode(errors="surrogatepass")
    place = 0xFFFFFFFF if start > limit else start
    rest = struct.pack("<2L5H2L", *sizes, len(name), len(extra), 0, 0, 0, info.external_attr, place)
    return fixed + rest + name + extra


def ending(count, start, size):
    """What an archive of so many files ends with, whose directory is there and so long."""
    told, far = (count, count, size, start), b""
    if count > 0xFFFF or max(start, size) > zipfile.ZIP64_LIMIT:
        far = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, *told)
        far += struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
        told = (*(min(each, 0xFFFF) for each in told[:2]), *(min(each, 0xFFFFFFFF) for each in told[2:]))
    return far + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *told, 0)


# ---- 2. The manifest: what belongs to the bundle, and who signed it
def check_manifest(bundle, must):
    """It is signed by the key that it names; each file that it names is there with the hash in it, and no other is."""
    try:
        written, seal = bundle.read("manifest.json"), json.loads(bundle.read("manifest.sig"))
        manifest, public, signature = json.loads(written), seal["public_key"], seal["signature"]
        fingerprint, format = sha256(bytes.fromhex(public)), manifest["format"]
        files = {file["path"]: (file["size"], file["sha256"]) for file in manifest["files"]}
        bundle.paths = {file["sha256"]: file["path"] for file in manifest["files"]}
        bundle.left_out = {each["sha256"] for each in manifest["left_out"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Wrong("The manifest or its signature cannot be read.")
    if format != "workbench-bundle/1":
        raise Wrong(f"The bundle is of another format than this program checks: {format}.")
    canonically = canonical(manifest).encode() == written and len(files) == len(manifest["files"])
    same_key = seal.get("fingerprint") == manifest.get("key") == fingerprint
    told = {"algorithm": "Ed25519", "public_key": public.lower(), "signature": str(signature).lower()}
    spelled = canonical({**told, "fingerprint": seal.get("fingerprint")}).encode() + b"\n"
    must(bundle.read("manifest.sig") == spelled, "The signature is not in its canonical spelling.")
    must(signed(public, signature, written), "The signature is not one of this manifest by the key beside it.")
    must(canonically, "The manifest is not in its canonical spelling, or names a file twice.")
    must(same_key, "The signature is by another key than the manifest names.")
    for path in ("manifest.json", "manifest.sig"):
        must(zlib.crc32(bundle.read(path)) == bundle.members[path][2], f"{path} has another CRC-32 in the archive.")
    for path in sorted({*files, *bundle.members} - {"manifest.json", "manifest.sig"}):
        found = must(path in bundle.members, f"{path} is missing.")
        if not must(path in files, f"{path} does not belong to the bundle.") or not found:
            continue
        there, (size, hash) = bundle.members[path][1], files[path]
        if must(there == size, f"{path} has {there:,} bytes, and the manifest says {size:,}."):
            hashed, crc = hashlib.sha256(), 0
            for piece in bundle.pieces(path):
                hashed.update(piece)
                crc = zlib.crc32(piece, crc)
            must(crc == bundle.members[path][2], f"{path} has another CRC-32 in the archive.")
            must(hashed.hexdigest() == hash, f"{path} is not what was signed: its SHA-256 differs.")
    vouched = not bundle.named or fingerprint in vouched_for(bundle)
    must(vouched, f"The bundle is signed by {grouped(fingerprint)}, not by the key that you named.")
    bundle.manifest = manifest


def vouched_for(bundle):
    """The key that was named, and those that it vouches for: each signed a statement that names the one after it."""
    keys, trusted = json.loads(bundle.read("keys.json")), {bundle.named}
    publics = {sha256(bytes.fromhex(key["public_key"])): key["public_key"] for key in keys}
    for key in keys:  # the oldest first
        said = json.loads(key["statement"] or "{}")
        old = said.get("takes_over_from")
        if old in trusted and signed(publics.get(old), key["signature"], key["statement"].encode()):
            trusted.add(said["fingerprint"])
    return trusted


# Signatures are Ed25519 as in RFC 8032: slow and plain, since nothing is secret here. The numbers are of section 5.1.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def signed(public, signature, message):
    """Whether this is the message's signature by the public key, both in hexadecimal: s × BASE = r + h × key."""
    if not re.fullmatch("[0-9A-Fa-f]{64} [0-9A-Fa-f]{128}", f"{public} {signature}"):
        return False
    public, signature = bytes.fromhex(public), bytes.fromhex(signature)
    key, r, s = point(public), point(signature[:32]), int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return None not in (key, r) and s < ORDER and times(s, BASE) == added(r, times(h, key))


def point(data):
    """The point (x, y) of the curve that 32 bytes stand for (5.1.3); None where they stand for none."""
    number = int.from_bytes(data, "little")
    odd, y = number >> 255, number & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    for x in (root, root * pow(2, (P - 1) // 4, P) % P):
        if x * x % P == square and y < P and (x or not odd):
            return (x if x & 1 == odd else P - x), y
    return None


def added(one, other):
    """The sum of two points (5.1.4)."""
    (x, y), (u, v) = one, other
    k = D * x * y * u * v
    return (x * v + u * y) * pow(1 + k, -1, P) % P, (y * v + x * u) * pow(1 - k, -1, P) % P


def times(number, base):
    """A point added to itself so many times."""
    total = (0, 1)
    while number:
        total = added(total, base) if number & 1 else total
        base, number = added(base, base), number >> 1
    return total


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


# ---- 3. The frozen data, from which everything else in the bundle is made
def check_frozen_data(bundle, must):
    """The data are those that the manifest names, and so are the texts, files and captures that they name."""
    written, manifest = bundle.read("snapshot.json"), bundle.manifest
    bundle.data, digest = json.loads(written), sha256(written)
    data, again = bundle.data, b'{"sha256":"%s","snapshot":%s}\n' % (digest.encode(), written)
    same_key = data["key"]["fingerprint"] == manifest["key"]
    must(canonical(data).encode() == written, "snapshot.json is not in its canonical spelling.")
    must(digest == manifest["snapshot_sha256"], "snapshot.json has another hash than the manifest names.")
    must(bundle.read("report.json") == again, "report.json holds other data than snapshot.json.")
    must(same_key, "The report names another key than the one that signed the bundle.")
    wanted = {}  # where something stands: what it is, and its hash
    for each in data["documents"]:
        n = each["number"]
        wanted[f"documents/{n}/text.txt"] = (f"the text of document {n}", each["sha256"])
        wanted[f"documents/{n}/original"] = (f"the file of document {n}", each["sha256_bytes"])
    for each in data["exhibits"]:
        wanted[f"exhibits/{each['id']}/text.txt"] = (f"the text of exhibit {each['id']}", each["text_sha256"])
    for each in data["custody"]:
        wanted[f"captures/{each['sha256']}"] = (f"a capture of exhibit {each['exhibit']}", each["sha256"])
    bundle.looked_at.update(wanted)
    notes = {f"documents/{each['number']}/annotated" for each in data["documents"]}  # the text, for people to read
    for path, hash in ((file["path"], file["sha256"]) for file in manifest["files"]):
        if re.match("captures/|documents/|exhibits/", path) and path.rpartition(".")[0] not in notes:
            must(wanted.get(path, ("", ""))[1] == hash, f"{path} is not what the report names.")
    for what, hash in wanted.values():
        known = not hash or hash in bundle.paths or hash in bundle.left_out
        must(known, f"The report names {what}, which is neither in the bundle nor listed as left out.")


# ---- 4. The log: a chain in which each entry holds the hash of the one before
def check_log(bundle, must):
    """Each entry follows the one before; the head is that of the report; the last entry tells that it was made.

    So none can be changed, added, left out or moved without changing the head that the report prints. Old entries may
    be there by their hashes alone, before all others: what these were, and were before them, nobody can check.
    """
    code, head, number, previous, said = bundle.data["case"]["code"], bundle.data["log"], 0, "0" * 64, {}
    salted = False  # whether the fields of an entry had salts by now: then each tells at least their hashes
    stamped = bundle.read("stamp/head.txt").decode().split(":") if "stamp/head.txt" in bundle.members else (0, "")
    for line in bundle.lines("log.jsonl"):
        number += 1
        if line["number"] != number:
            raise Wrong(f"Entry {number} of the log is missing: {line['number']} follows {number - 1}.")
        if line["previous"] != previous:
            raise Wrong(f"Entry {number} of the log does not follow the one before it.")
        if "shown" in line or "salt" in line:
            (said, kept), salted = said_in(line), True
            previous = sha256(canonical(["workbench-log/2", code, number, kept, previous]))
        elif salted:
            raise Wrong(f"Entry {number} of the log tells less than what entries have told since one before it.")
        elif "said" in line:  # an entry from before the fields had salts: a list, of verb, thing, label and others
            told, after = line["said"], json.loads(line["said"][8])["after"] or {}
            said = {"verb": told[3], "thing": told[4], "label": told[6]}
            said.update((f"after.{name}", value) for name, value in after.items())
            previous = sha256(canonical(["workbench-log/1", code, number, *told, previous]))
        else:  # another one from then, of which something is kept back
            said, previous, bundle.unseen, bundle.early = {}, line["hash"], bundle.unseen + 1, number
        if previous != line["hash"]:
            raise Wrong(f"Entry {number} of the log is not what was entered.")
        bundle.log.append(said)
        same = number != head["count"] or previous == head["head"]
        must(same, f"The log has another head at entry {number} than the report prints.")
        same = number != int(stamped[0]) or previous == stamped[1]
        must(same, f"The stamping service attested another head at entry {number} than the log has.")
    must(number >= int(stamped[0]), f"The stamping service attested entry {stamped[0]}, which is not in the log.")
    last, made = head["count"] + 1, (said.get("verb"), said.get("after.sha256"))
    if must(number == last, f"The log ends with entry {number}; the report was entered as {last}."):
        same = made == ("exported", bundle.manifest["snapshot_sha256"])
        must(same, f"Entry {number} of the log does not say that this report was made.")


def said_in(line):
    """What an entry shows, by field, and the hash of each of its fields with a salt of its own.

    Of a field that is kept back there is the hash alone: so it can be told later, and checked (check_disclosed).
    """
    shown, withheld = line.get("shown", {}), line.get("withheld", {})
    if "salt" in line:  # all is shown; the salts are drawn from the entry's own, in the order of the names
        names, drawn = sorted(line["said"]), hashlib.shake_256(line["salt"].encode())
        salts = re.findall(".{32}", drawn.hexdigest(16 * len(names)))
        shown = {name: (salt, line["said"][name]) for name, salt in zip(names, salts)}
    if set(shown) & set(withheld):
        raise ValueError("a field is both shown and kept back")
    hashes = {name: sha256(canonical([salt, value])) for name, (salt, value) in shown.items()}
    return {name: value for name, (_salt, value) in shown.items()}, {**hashes, **withheld}


def check_disclosed(bundle, must):
    """What was kept back and is told now is what stands there by its hash with a salt: a field of the log, or a file.

    Of a file, or of a text, the manifest lists the salted hash; its own SHA-256 is what is told. Where it does not fit,
    nothing is wrong with the report.
    """
    told = bundle.disclosed
    if not told:
        return
    hash, code, value = sha256(canonical([told["salt"], told["value"]])), bundle.data["case"]["code"], told["value"]
    if told["case"] != code:
        bundle.misfit = f"What is disclosed is of {told['case']}, and the report of {code}."
    elif "withheld" in told:
        if told["withheld"] != hash or hash not in bundle.left_out:
            bundle.misfit = f"What is left out as {told['withheld']} is not of the SHA-256 {value[-64:]}."
        bundle.notes.append(f"Disclosed: what is left out as {hash} has the SHA-256 {value[-64:]}.")
    else:
        number, field = told.get("entry"), told.get("field")
        hashes = [said_in(line)[1] for line in bundle.lines("log.jsonl") if line["number"] == number]
        if not hashes:
            bundle.misfit = f"There is no entry {number} in the log."
        elif hashes[0].get(field) != hash:
            bundle.misfit = f"Entry {number} does not say {field} = {canonical(value)}."
        bundle.notes.append(f"Disclosed: entry {number} of the log says {field} = {canonical(value)}.")


# ---- 5. The seals: what each reviewer said before seeing the others
def check_seals(bundle, must):
    """Each answer is what was sealed, and its seal was entered in the log; of decided rounds none is left out."""
    bundle.seals = {line["seal"]: line["content"] for line in bundle.lines("seals.jsonl")}
    entered, untold, early = defaultdict(set), 0, 0  # by claim and round
    for said in bundle.log:
        if said.get("verb") in ("assessed", "reconsidered", "imported") and said.get("thing") == "assessment":
            untold += not {"label", "after.round", "after.seal"} <= set(said)
            entered[said.get("label", "").split(",")[0], said.get("after.round")].add(said.get("after.seal"))
    everywhere = set().union(*entered.values())
    bundle.note(untold, "Answers in the log of which it is not told here what they are, or on which claim")
    told = {answer["seal"] for claim in bundle.data["claims"] for answer in claim["assessments"]}
    for seal, content in bundle.seals.items():
        must(sha256(content) == seal, f"The sealed answer {seal[:12]}… is not what was sealed.")
        must(seal in told, f"The sealed answer {seal[:12]}… is none of the report.")
    for claim in bundle.data["claims"]:
        ref, given = claim["ref"], {answer["seal"] for answer in claim["assessments"]}
        for answer in claim["assessments"]:
            name, seal = f"{ref}: the answer of {answer['reviewer']} in round {answer['round']}", answer["seal"]
            if seal in bundle.seals:
                must(as_sealed(ref, answer, json.loads(bundle.seals[seal])), f"{name} is not what was sealed.")
            must(seal in bundle.seals or seal in bundle.left_out, f"{name} has no seal in the bundle.")
            early += seal not in everywhere
            must(seal in everywhere or bundle.unseen, f"{name} was never entered in the log.")
        for round in {verdict["round"] for verdict in verdicts(claim) if bundle.shows("assessments")}:
            for seal in entered[ref, round] - given - {None}:
                must(False, f"{ref}: an answer of round {round}, sealed as {seal[:12]}…, is left out.")
    bundle.note(early, "Answers that are in no other part of the log than the one told by its hashes, if there")


def as_sealed(ref, answer, sealed):
    """Whether the report tells an answer as it was sealed. What was not asked at the time is not in the seal."""
    names = "rating was_said likelihood confidence rationale would_change round relied_on moved_reason override_reason"
    told = [ref, answer["submitted_at"][:19], answer["follows"], *(answer[name] for name in names.split())]
    said = [sealed["claim"], sealed["submitted_at"][:19]]
    said += [sealed.get(name, "") for name in ("follows", *names.split())]
    facets = {each["facet"]: (each["rating"], each["note"]) for each in answer["facets"]}
    kept = {name: (each.get("rating") or "", each.get("note", "")) for name, each in sealed.get("facets", {}).items()}
    return told == said and facets == kept


def verdicts(claim):
    """The signed verdict on a claim, if there is one, and those of earlier rounds."""
    return [verdict for verdict in [claim["verdict"], *claim["earlier_verdicts"]] if verdict]


def check_entered_verdicts(bundle, must):
    """The log has each claim in the words of the report, and each signed verdict with its rating."""
    statements, ratings, early = {}, {}, 0
    for said in bundle.log:
        label = said.get("label", "")
        if said.get("thing") == "claim" and "after.statement" in said:
            statements[label] = said["after.statement"]
        if said.get("verb") in ("signed_off", "imported") and "after.rating" in said:
            ratings[label.split(",")[0], said.get("after.round")] = said["after.rating"]
    for claim in bundle.data["claims"]:
        ref, statement = claim["ref"], claim["statement"]
        must(statements.get(ref, statement) == statement, f"{ref}: the log words the claim otherwise than the report.")
        for each in verdicts(claim):
            there = ratings.get((ref, each["round"]))
            same = there == each["rating"] or (there is None and bundle.unseen)
            early += there is None
            must(same, f"{ref}: the log has another verdict signed off in round {each['round']}.")
    bundle.note(early, "Verdicts that are in no other part of the log than the one told by its hashes, if there")


# ---- 6. The quotations: each stands in its document, character for character
def check_quotations(bundle, must):
    """Each passage stands at its place with the words around it, each quotation of evidence in the text held of it.

    A place is counted in characters (code points) of the text, the first of which is 0.
    """
    hashes = {f"document:{each['number']}": each["sha256"] for each in bundle.data["documents"]}
    hashes.update({f"exhibit:{each['id']}": each["text_sha256"] for each in bundle.data["exhibits"]})
    paths = {key: bundle.paths[hash] for key, hash in hashes.items() if hash in bundle.paths}
    texts = {key: bundle.read(path).decode() for key, path in paths.items()}
    absent = unheld = 0
    for claim in bundle.data["claims"]:
        ref = claim["ref"]
        quoted = [(f"document:{each['document']}", each) for each in claim["passages"]]
        quoted += [(each["held_in"], each) for each in claim["evidence"] if each["held_in"]]
        unheld += sum(1 for each in claim["evidence"] if each["quote"] and not each["held_in"])
        for key, each in quoted:
            text, n = texts.get(key), each.get("number")
            if text is None:
                absent += 1
                listed = hashes.get(key) in bundle.left_out
                must(listed, f"{ref}: the text of {key} is not there to check a quotation against.")
                continue
            bundle.quoted += 1
            if "quote" in each:
                must(each["quote"] in text, f"{ref}: the quotation of evidence {n} does not stand in {key}.")
                continue
            start, end, before, after = (each[name] for name in ("start", "end", "before", "after"))
            place = f"characters {start} to {end} of {key}"
            there = 0 <= start < end <= len(text) and text[start:end] == each["exact"]
            around = text[max(0, start - len(before)) : start] == before and text[end : end + len(after)] == after
            must(there, f"{ref}: the quotation does not stand at {place}.")
            must(around or not there, f"{ref}: the words around {place} are others.")
    bundle.note(absent, "Quotations of texts that were left out, and so not checked")
    bundle.note(unheld, "Quotations of exhibits whose text the house does not hold, and so not checked")


# ---- 7. Counted again: ratings, agreement and origins
def check_ratings(bundle, must):
    """Every verdict and every answer bears the name that the scale gives to its rating."""
    scale = {rating["code"]: (rating["label"], rating["look"]) for rating in bundle.data["scale"]["ratings"]}
    for claim in bundle.data["claims"]:
        for each in [*verdicts(claim), *claim["assessments"]]:
            code, label = each["rating"], each["label"]
            same = scale.get(code) == (label, each["look"])
            must(same, f"{claim['ref']}: “{label}” is not what the scale calls “{code}”.")


def check_agreement(bundle, must):
    """How far the reviewers agree, from their first answers in each round that two or more answered.

    The interval alone is not checked: it is drawn at random, which another Python may do in another way.
    """
    printed, rounds = bundle.data["agreement"], defaultdict(list)
    if printed is None:
        return
    if not bundle.shows("assessments"):
        bundle.notes.append("How far the reviewers agree was not counted again: their answers are not in the report.")
        return
    bundle.counted.append("agreement")
    for claim in bundle.data["claims"]:
        for answer in claim["assessments"]:
            if not answer["follows"]:
                rounds[claim["ref"], answer["round"]].append(answer["rating"])
    units = [answers for answers in rounds.values() if len(answers) > 1]
    places = {rating["code"]: rating["position"] for rating in bundle.data["scale"]["ratings"]}
    order = sorted((code for code in places if places[code] is not None), key=lambda code: (places[code], code))
    # Of two answers to the same, taken at random: how often they are the same.
    alike = [Fraction(sum(n * (n - 1) for n in Counter(u).values()), len(u) * (len(u) - 1)) for u in units]
    counted = {
        "rounds": len(units),
        "answers": sum(map(len, units)),
        "unanimous": sum(len(set(answers)) == 1 for answers in units),
        "percent": sum(alike) / len(units) if units else None,
        "alpha_nominal": alpha(units),
        "alpha_ordinal": alpha([[answer for answer in unit if answer in order] for unit in units], order),
    }
    for name, value in counted.items():
        # What is printed to three places may be rounded either way, where it lies between two.
        found = [f"{float(value) + e:.3f}" for e in (0, 1e-9, -1e-9)] if isinstance(value, Fraction) else [value]
        again = f"{name} is {found[0]} when counted again"
        must(printed[name] in found, f"Agreement: {again}, and the report says {printed[name]}.")


def alpha(units, order=()):
    """Krippendorff's alpha: 1 less how far answers to the same are apart, by how far answers to anything are.

    Nominal: two answers are 1 apart, or 0. Ordinal, if the order of the ratings is given: each rating is placed in the
    middle of all answers that bear it, and two are as far apart as their places, squared. None: undefined.
    """
    patterns = Counter(tuple(sorted(unit)) for unit in units if len(unit) > 1)
    given, place, below = Counter(answer for unit in patterns.elements() for answer in unit), {}, 0
    for rating in order:
        place[rating], below = below + Fraction(given[rating], 2), below + given[rating]

    def apart(n):
        return sum(n[a] * n[b] * ((place[a] - place[b]) ** 2 if order else a != b) for a, b in product(n, n))

    seen = sum(Fraction(apart(Counter(unit))) * many / (len(unit) - 1) for unit, many in patterns.items())
    return 1 - (sum(given.values()) - 1) * seen / apart(given) if apart(given) else None


def check_origins(bundle, must):
    """How many independent origins stand behind each claim's evidence: repetition is no corroboration."""
    exhibits = {each["id"]: each for each in bundle.data["exhibits"]}
    if not bundle.shows("evidence"):
        bundle.notes.append("The origins behind each claim were not counted again: the evidence is not in the report.")
        return
    bundle.counted.append("origins")
    for claim in bundle.data["claims"]:
        ref, told, numbers = claim["ref"], claim["origins"], {}
        items = [item for item in claim["evidence"] if item["exhibit_id"] is not None]
        found = origins([item["exhibit_id"] for item in items], exhibits)
        for item, origin in zip(items, found):
            n = None if origin is None else numbers.setdefault(origin, len(numbers) + 1)
            must(n == item["origin"], f"{ref}: evidence {item['number']} counts for origin {n}, not {item['origin']}.")
        for name, n in (("items", len(items)), ("origins", len(numbers)), ("unknown", found.count(None))):
            again = f"{name} of evidence is {n} when counted again"
            must(n == told[name], f"{ref}: {again}, and the report says {told[name]}.")


def origins(cited, exhibits):
    """The origin of each exhibit that is cited: the smallest number in its group; None where it is not known.

    Exhibits that repeat one another, or have a mark in common such as their speaker, are one group. An origin is known
    where all is known up to speakers at first hand. Whether speakers without names are two or one nobody can tell: all
    groups that rest on such alone are one.
    """
    above, reached = {}, list(cited)
    for key in reached:  # what they repeat, what that repeats in its turn, and so on
        if key not in above:
            above[key] = [each["exhibit"] for each in exhibits[key]["repeats"]]
            reached += above[key]
    ties, group = defaultdict(set), {}
    for key in above:
        for other in [*above[key], *(("mark", mark) for mark in exhibits[key]["marks"])]:
            ties[key].add(other)
            ties[other].add(key)
    for key in sorted(above):
        tied = [key]
        for each in tied:
            if each not in group:
                group[each] = key
                tied += ties[each]
    first = {key for key in above if exhibits[key]["first_hand"]}
    sure, told = known(above, first), known(above, {key for key in first if exhibits[key]["named"]})
    nameless = {group[key] for key in cited if key in sure} - {group[key] for key in cited if key in told}
    one = dict.fromkeys(nameless, min(nameless, default=0))
    return [one.get(group[key], group[key]) if key in sure else None for key in cited]


def known(above, speakers):
    """The exhibits of which all is known up to exhibits at first hand, where these are among the speakers."""
    missing, below = {key: len(above[key]) for key in above}, defaultdict(list)
    for key in above:
        for each in above[key]:
            below[each].append(key)
    sure = [key for key in speakers if not missing[key]]
    for key in sure:
        for each in below[key]:
            missing[each] -= 1
            sure += [each] if not missing[each] else []
    return set(sure)


# ---- 8. The formats: what people read says what the data say
def compare(bundle, must, file, content, rows, tally=None):
    """It prints the hashes of data and log, and has a row for each claim, with its statement, rating and who signed it.

    A row is (reference, statement, rating, signer); the kind of claim may follow the statement. A tally is a list of
    (rating, how many claims have it). Web page, text and Word document have rows where they have a summary.
    """
    for what, hash in (("snapshot", bundle.manifest["snapshot_sha256"]), ("log's head", bundle.data["log"]["head"])):
        must(hash in content, f"{file} does not print the hash of the {what}.")
    if not bundle.shows("summary") and file not in ("report.csv", "report.xlsx"):
        return
    claims, there, counts = {claim["ref"]: claim for claim in bundle.data["claims"]}, Counter(), Counter()
    labels = {plain(rating["label"]) for rating in bundle.data["scale"]["ratings"]}
    for ref, statement, rating, signer in rows:
        there[ref] += 1
        if not must(ref in claims, f"{file}: {ref} stands in the summary, and not in the data."):
            continue
        verdict = claims[ref]["verdict"] or {"label": "", "signed_off_by": ""}
        label, by, kind = plain(verdict["label"]), plain(verdict["signed_off_by"]), plain(claims[ref]["kind_label"])
        counts[label], worded = counts[label] + 1, plain(claims[ref]["statement"])
        same = statement in (worded, f"{worded} {kind}", f"{worded} ({kind})")
        told, meant = f"gives {ref} the verdict “{rating}”", label or "none"
        must(same, f"{file}: the summary words {ref} otherwise than the data.")
        must(rated(rating, label, labels), f"{file}: the summary {told}; the data say “{meant}”.")
        must(signer == by, f"{file}: the summary says that “{signer}” signed {ref} off; the data say “{by}”.")
    for ref in claims:
        must(there[ref] > 0, f"{file}: {ref} is missing from the summary.")
        must(there[ref] < 2, f"{file}: {ref} stands in the summary more than once.")
    for label, count in counts.items() if tally is not None else ():
        same = count in [n for word, n in tally if rated(word, label, labels)]
        must(same, f"{file}: {count} claims have the verdict “{label or 'none'}”; the summary says otherwise.")


def rated(cell, label, labels):
    """Whether a cell shows this rating, or none: sign and word, and after them that it is a sample where it is one."""
    cell = re.sub("^[✓≈✕?] ", "", cell)
    if not label:
        return not any(f"{cell} · ".startswith(f"{each} · ") for each in labels)
    return cell == label or (cell.startswith(f"{label} · ") and cell not in labels)


def plain(text):
    """A text without what differs between formats: how wide its spaces are, and characters that no file may hold."""
    return " ".join(re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd-\uffff]", "", text).split())


def elements(markup, name):
    """What stands in each element of this name, in HTML or XML; attributes may follow the name."""
    if re.search("<!(?!doctype html>)", markup):
        raise ValueError("it has comments or definitions, which no report has")
    starts, end = re.split(rf"<{name}(?:\s[^<>]*)?>", markup)[1:], f"</{name.split()[0]}>"
    return [re.split(end, each, maxsplit=1)[0] for each in starts]


def text_of(markup):
    """The text of HTML or XML without its tags; where a line ends is a space."""
    return plain(html.unescape(re.sub("<[^<>]*>", "", re.sub(r"<(w:)?(br|tab)\b", r" \g<0>", markup))))


def part_of(bundle, file, name):
    """A part of an Office file, which is an archive of its own: stored as it is, so that it cannot grow either."""
    archive = zipfile.ZipFile(io.BytesIO(bundle.read(file)))
    if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} in it is compressed: it could grow to any size")
    return archive.read(name).decode()


def check_web_page(bundle, must):
    """The summary of report.html, and how many claims it says have each rating."""
    page = bundle.read("report.html").decode()
    summary = "".join(elements(page, 'section class="card" id="summary"'))
    rows = [[text_of(cell) for cell in elements(row, "t[dh]")] for row in elements(summary, "tr")]
    tally = [(row[0], int(row[1].replace(",", ""))) for row in rows if len(row) == 3 and row[1][:1].isdigit()]
    compare(bundle, must, "report.html", page, [row for row in rows if len(row) == 4][1:], tally)


def check_text(bundle, must):
    """The summary of report.md, and how many claims it says have each rating."""
    page, rows = bundle.read("report.md").decode(), []
    for line in re.findall(r'^\| (?:<a id="row-claim-\d+"></a>)?(\[.*) \|$', page, re.M):
        cells = [unescaped(cell) for cell in re.findall(r"(?:\\.|[^\\|])+", line)]
        ref = re.match(r"\[(.+?)\]\(#claim-\d+\)$", cells[0])
        if ref and len(cells) == 5:
            rows.append((ref[1], cells[1], cells[3].strip("*"), cells[4]))
    tally = [(unescaped(word).strip("*"), int(n)) for n, word in re.findall(r"^- (\d{1,9}) × (.+)$", page, re.M)]
    compare(bundle, must, "report.md", page, rows, tally)


def unescaped(text):
    """A text of Markdown without the backslashes that keep its signs from being taken for markup."""
    return plain(re.sub(r"\\([\\`*_{}\[\]<>&#|~$!+=:.)-])", r"\1", text))


def check_table(bundle, must):
    """report.csv: a row for each claim, with the counts of its evidence, and with the hashes of data and log."""
    csv.field_size_limit(1 << 30)  # a rationale may be longer than what the module expects
    claims, log, rows = {claim["ref"]: claim for claim in bundle.data["claims"]}, bundle.data["log"], []
    table = bundle.read("report.csv").decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(table, newline="")):
        if not must(None not in row and None not in row.values(), "report.csv has a row of another length."):
            continue
        # What a spreadsheet could take for a formula has an apostrophe in front.
        cells = {name: re.sub(r"^'(?=\s*[=+\-@＝＋－＠]|[\t\r\n])", "", cell) for name, cell in row.items()}
        ref, printed = cells["ref"], [cells[name] for name in ("snapshot_sha256", "log_count", "log_head")]
        rows.append([ref, *(plain(cells[name]) for name in ("statement", "rating_label", "signed_off_by"))])
        same = printed == [bundle.manifest["snapshot_sha256"], str(log["count"]), log["head"]]
        must(same, f"report.csv: the row of {ref} names another snapshot or another head of the log.")
        if ref in claims:
            stances, verdict = [item["stance"] for item in claims[ref]["evidence"]], claims[ref]["verdict"]
            told = [cells[name] for name in ("evidence", "supports", "refutes", "context")]
            again = [str(len(stances)), *(str(stances.count(name)) for name in ("supports", "refutes", "context"))]
            same = not bundle.shows("evidence") or told == again
            must(same, f"report.csv: the evidence of {ref} is counted otherwise than in the data.")
            same = cells["summary"] == (verdict["summary"] if verdict else "")
            must(same, f"report.csv: the verdict on {ref} has another summary than in the data.")
    compare(bundle, must, "report.csv", table, rows)


def check_word_document(bundle, must):
    """The summary of report.docx: those rows of its tables that begin with a claim."""
    page, code = part_of(bundle, "report.docx", "word/document.xml"), bundle.data["case"]["code"]
    rows = [[text_of(cell) for cell in elements(row, "w:tc")] for row in elements(page, "w:tr")]
    rows = [row for row in rows if len(row) == 4 and row[0].startswith(f"{code}-")]
    compare(bundle, must, "report.docx", page, rows)


def check_workbook(bundle, must):
    """report.xlsx: the first sheet has a row for each claim, in its columns A, B, G and N."""
    rows = []
    for row in elements(part_of(bundle, "report.xlsx", "xl/worksheets/sheet1.xml"), "row")[1:]:
        cells = ["".join(map(text_of, elements(row, f'c r="{column}[0-9]+"'))) for column in "ABGN"]
        # A character that is written _x005F_ or the like is the one of that number.
        rows.append([re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), cell) for cell in cells])
    compare(bundle, must, "report.xlsx", bundle.read("report.xlsx").decode("latin-1"), rows)


# ---- 9. The account
def write_account(bundle, must):
    """What was checked, and what was not, in sentences."""
    manifest, data, report = bundle.manifest, bundle.data, bundle.data["report"]
    whose = "as you named it" if bundle.named == manifest["key"] else "for which the key that you named vouches"
    read = ", ".join(f"report.{format}" for format in ("html", "md", "docx"))
    early = f", {bundle.unseen} of the first {bundle.early} told by their hashes alone" if bundle.unseen else ""
    others = sorted({re.sub("[0-9]+", "…", name) for name in set(bundle.members) - bundle.looked_at})
    drawn = (data["agreement"] or {}).get("interval")
    bundle.account = [
        f"Report {report['number']} of {data['case']['code']}, “{report['title']}”, made {report['made_at']}.",
        f"The archive: {len(bundle.members)} files, each as it was signed; none missing, none added.",
        f"Signed by {grouped(manifest['key'])}, {whose if bundle.named else 'which you must compare yourself'}.",
        f"The frozen data (SHA-256 {manifest['snapshot_sha256']}): {len(data['claims'])} claims.",
        f"The log: {len(bundle.log)} entries in an unbroken chain{early}; the last tells that the report was made.",
        f"The seals: {len(bundle.seals)} answers are what was sealed.",
        f"The quotations: {bundle.quoted} stand where they should.",
        f"Counted again and found the same: {', '.join(bundle.counted)}.",
        "report.json holds these data; report.csv and report.xlsx have a row for each claim, worded and rated so.",
        *([f"So does the summary in {read}; the rest of these was not compared."] if bundle.shows("summary") else []),
        f"Signed as they are, but what they say was not read: {', '.join(others)}.",
        *(["The interval of alpha comes from random draws, which were not repeated."] if drawn else []),
        *bundle.notes,
        *(f"Left out: {each['what']}, listed as {each['sha256']}: {each['reason']}." for each in manifest["left_out"]),
        "All of this holds.",
    ]


CHECKS = [check_archive, check_manifest, check_frozen_data, check_log, check_disclosed, check_seals]
CHECKS += [check_entered_verdicts, check_quotations, check_ratings, check_agreement, check_origins]
CHECKS += [check_web_page, check_text, check_table, check_word_document, check_workbook, write_account]


def one_line(text):
    """A sentence as it is printed: no sign in it, whoever wrote it, may begin a line or hide one."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "\ufffd" for sign in text)


def verify(path, named="", disclosed=None):
    """Print what holds; raises Wrong with all that does not, a sentence on each line."""
    bundle = Bundle(path, named, disclosed)
    for check in CHECKS:
        if bundle.faults and (bundle.data is None or check is write_account):
            break  # what follows has nothing to go by
        try:
            check(bundle, bundle.must)
        except Wrong as fault:
            bundle.faults.append(str(fault))
        except Exception as fault:  # whatever somebody has written into it
            what = check.__name__.partition("_")[2].replace("_", " ")
            bundle.faults.append(f"The {what} cannot be checked: {type(fault).__name__}, {fault}")
    if bundle.faults:
        raise Wrong("\n".join(map(one_line, bundle.faults)))
    if bundle.misfit:
        raise Unfit(f"{one_line(bundle.misfit)}\nThat is no fault of the report: check it without what is disclosed.")
    print("\n".join(map(one_line, bundle.account)))


def main():
    parser = argparse.ArgumentParser(description="Check a report that left a workbench.")
    parser.add_argument("bundle", metavar="report.zip")
    parser.add_argument("--key", metavar="FINGERPRINT", help="of the key that must have signed it")
    parser.add_argument("--disclosed", metavar="FILE", help="something that was kept back, as it was told later")
    asked = parser.parse_args()
    named = re.sub(r"[\s:]", "", asked.key or "").lower()
    if asked.key is not None and not re.fullmatch("[0-9a-f]{64}", named):
        parser.error("--key needs a fingerprint: 64 hexadecimal digits.")
    sys.stdout.reconfigure(errors="backslashreplace")  # where a terminal lacks a sign
    try:
        disclosed = read_disclosed(asked.disclosed)
        verify(asked.bundle, named, disclosed)
    except Wrong as fault:
        print(f"{fault}\nThis report must not be relied on.")
        sys.exit(1)
    except Unfit as fault:
        print(fault)
        sys.exit(1)
    except OSError as fault:
        parser.error(f"It cannot be read, so nothing was checked: {fault}")


def read_disclosed(path):
    """What was told later, as a file of JSON holds it; nothing where there is no such file to look at."""
    if path is None:
        return None
    with open(path, encoding="utf-8") as file:
        try:
            told = json.load(file)
            return {**{name: told[name] for name in ("case", "salt", "value")}, **told}
        except (ValueError, KeyError, TypeError):
            raise OSError(f"{path} is not what a workbench discloses")


if __name__ == "__main__":
    main()
