"""What the reference tokenizers say, asked over and over: one process, one vocabulary.

    python tokenizer-oracle.py tokenizers   path/to/tokenizer.json
    python tokenizer-oracle.py tiktoken     path/to/cl100k_base.tiktoken [name of the encoding]
    python tokenizer-oracle.py sentencepiece path/to/tokenizer.model

Reads lines of JSON, each a list of texts, and answers each with a line: a list of
{"ids", "offsets", "decoded"}. Offsets are start and end of each token in code points, one
after the other, and missing where the library has none. Halves of surrogate pairs, which
JSON can carry, are read as U+FFFD. A text that a library refuses has "error" instead.
Further fields may stand in the place of the list: {"texts": [...], "special": true} lets
the post-processor add its tokens, {"decode": [[ids], ...]} asks for texts alone.

The first line written says what answers: {"library", "version"}.

Written with tokenizers 0.23.2, tiktoken 0.14.0, sentencepiece 0.2.2.
"""

import base64
import json
import sys


def whole(text):
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Tokenizers:
    def __init__(self, path, *_):
        import tokenizers

        self.version = tokenizers.__version__
        self.tokenizer = tokenizers.Tokenizer.from_file(path)

    def encode(self, text, special):
        encoding = self.tokenizer.encode(text, add_special_tokens=special)
        return encoding.ids, [place for span in encoding.offsets for place in span]

    def decode(self, ids):
        return self.tokenizer.decode(ids, skip_special_tokens=False)


class Tiktoken:
    def __init__(self, path, name="cl100k_base", *_):
        import tiktoken
        import tiktoken_ext.openai_public as public

        with open(path, "rb") as lines:
            ranks = {
                base64.b64decode(token): int(rank)
                for token, rank in (line.split() for line in lines if line.strip())
            }
        # The public encodings, with their ranks from a file instead of the network.
        public.load_tiktoken_bpe = lambda *_, **__: ranks
        self.version = tiktoken.__version__
        self.encoding = tiktoken.Encoding(**public.ENCODING_CONSTRUCTORS[name]())

    def encode(self, text, special):
        return self.encoding.encode(text, allowed_special="all"), None

    def decode(self, ids):
        return self.encoding.decode(ids)


class SentencePiece:
    def __init__(self, path, *_):
        import sentencepiece

        self.version = sentencepiece.__version__
        self.model = sentencepiece.SentencePieceProcessor(model_file=path)

    def encode(self, text, special):
        pieces = self.model.encode(
            text, out_type="immutable_proto", add_bos=special, add_eos=special
        ).pieces
        offsets = [place for piece in pieces for place in (piece.begin, piece.end)]
        return [piece.id for piece in pieces], offsets

    def decode(self, ids):
        return self.model.decode(ids)


LIBRARIES = {"tokenizers": Tokenizers, "tiktoken": Tiktoken, "sentencepiece": SentencePiece}


def answer(library, request):
    if isinstance(request, list):
        request = {"texts": request}
    if "decode" in request:
        return [library.decode(ids) for ids in request["decode"]]
    results = []
    for text in request["texts"]:
        try:
            ids, offsets = library.encode(whole(text), request.get("special", False))
            result = {"ids": ids, "decoded": library.decode(ids)}
            if offsets is not None:
                result["offsets"] = offsets
        except BaseException as error:  # a panic in Rust derives from nothing less
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            result = {"error": f"{type(error).__name__}: {error}"}
        results.append(result)
    return results


def main():
    name, *arguments = sys.argv[1:]
    library = LIBRARIES[name](*arguments)
    print(json.dumps({"library": name, "version": library.version}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(library, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
