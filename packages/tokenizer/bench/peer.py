"""The peers that run in Python: one of them, one job, the result as a line of JSON.

    python peer.py '{"peer": "tiktoken (Python)", "files": {…}, "warm": …, "texts": […]}'

The jobs and the protocol are worker.ts's.
"""

import base64
import hashlib
import json
import statistics
import sys
import time


def rank_file(path):
    with open(path, "rb") as lines:
        return {
            base64.b64decode(token): int(rank)
            for token, rank in (line.split() for line in lines if line.strip())
        }


def byte_alphabet():
    """GPT-2's printable characters, as the bytes that they stand for."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in printable]
    return {chr(b): b for b in printable} | {chr(256 + i): b for i, b in enumerate(rest)}


def load_tiktoken(files):
    import tiktoken

    if "tiktoken" in files:
        import tiktoken_ext.openai_public as public

        public.load_tiktoken_bpe = lambda *_, **__: rank_file(files["tiktoken"])
        make = {"cl100k": public.cl100k_base, "o200k": public.o200k_base}[files["name"]]
        encoding = tiktoken.Encoding(**make())
    else:
        with open(files["json"], encoding="utf8") as file:
            definition = json.load(file)
        alphabet = byte_alphabet()
        special = {t["content"]: t["id"] for t in definition["added_tokens"]}
        ranks = {
            bytes(alphabet[c] for c in token): id
            for token, id in definition["model"]["vocab"].items()
            if token not in special
        }
        splits = definition["pre_tokenizer"]["pretokenizers"]
        pattern = next(s["pattern"]["Regex"] for s in splits if s["type"] == "Split")
        encoding = tiktoken.Encoding(
            files["name"], pat_str=pattern, mergeable_ranks=ranks, special_tokens=special
        )
    return encoding.encode_ordinary, encoding.decode


def load_tokenizers(files):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(files["json"])

    def encode(text):
        return tokenizer.encode_batch_fast([text], add_special_tokens=False)[0].ids

    return encode, lambda ids: tokenizer.decode(ids, skip_special_tokens=False)


def load_sentencepiece(files):
    import sentencepiece

    model = sentencepiece.SentencePieceProcessor(model_file=files["sentencepiece"])
    return model.encode, model.decode


LOADERS = {
    "tiktoken (Python)": load_tiktoken,
    "tokenizers (Python)": load_tokenizers,
    "sentencepiece (Python)": load_sentencepiece,
}


def timed(function):
    start = time.process_time()
    result = function()
    return result, (time.process_time() - start) * 1000


def read(path):
    with open(path, encoding="utf8", newline="") as file:
        return file.read()


def speed(encode, decode, job):
    warm = read(job["warm"])
    encode("Hello")
    for _ in range(2):
        encode(warm)
    results = []
    for text in job["texts"]:
        content = read(text["path"])
        size = len(content.encode()) / 1000  # kB per ms is MB per s
        ids, fresh = timed(lambda: encode(content))
        repeat = [timed(lambda: encode(content))[1] for _ in range(3)]
        back = [timed(lambda: decode(ids))[1] for _ in range(5)]
        packed = b"".join(i.to_bytes(4, "little") for i in ids)
        results.append(
            {
                "text": text["name"],
                "fresh": size / fresh,
                "repeat": size / statistics.median(repeat),
                "decode": size / statistics.median(back),
                "ids": len(ids),
                "hash": hashlib.sha256(packed).hexdigest(),
            }
        )
    return results


def runs(encode, job):
    encode(read(job["warm"]))
    results = []
    for text in job["texts"]:
        content = read(text["path"])
        times = [timed(lambda: encode(content))[1] for _ in range(1 if text.get("once") else 3)]
        results.append({"text": text["name"], "ms": statistics.median(times)})
    return results


def short(encode, job):
    encode(read(job["warm"]))
    lines = [line for line in read(job["texts"][0]["path"]).split("\n\n") if line][:4000]

    def each():
        for line in lines:
            encode(line)

    times = [timed(each)[1] for _ in range(5)]
    per_call = 1000 / len(lines)
    return [{"text": "short", "fresh": times[0] * per_call, "repeat": statistics.median(times[1:]) * per_call}]


def main():
    job = json.loads(sys.argv[1])
    (encode, decode), load = timed(lambda: LOADERS[job["peer"]](job["files"]))
    if job["mode"] == "load":  # what is made when the first text comes belongs to loading
        load += timed(lambda: encode("hello"))[1]
    if job["mode"] == "speed":
        results = speed(encode, decode, job)
    elif job["mode"] == "runs":
        results = runs(encode, job)
    elif job["mode"] == "short":
        results = short(encode, job)
    else:
        results = []
    print(json.dumps({"load": load, "results": results}))


if __name__ == "__main__":
    main()
