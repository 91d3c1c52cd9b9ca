"""Where small faults can be put into C and Swift sources, and the text that switches each of them on by its number.

A fault is some insertions into one file. Each has two texts: the one that is compiled, in which {k} stands for the fault's
number, and the one that is shown to people. Nothing is parsed: what does not compile is left out later.
"""

import dataclasses
import hashlib
import re

# What decides how long something takes, never what it computes: no test asserts a time.
UNTESTED = re.compile(r"/work\.[ch]$|\.pb\.swift$")
FOLDERS = ("Sources/CConvolution/", "Sources/Convolution/", "Sources/ConvolutionFiles/", "Sources/ConvolutionGraph/")

# Numbers are below this.
MOST = 1 << 16

ATOM = r"(?:\d+(?!\w|\.\d)|(?!sizeof\b|nil\b|NULL\b|true\b|false\b|self\b)[A-Za-z_]\w*" \
       r"(?:(?:\.|->)[A-Za-z_]\w*|\[[^\[\]()\n]*\]|\([^()\n]*\))*)(?![\w(\[?!<]|\.(?!\.)|->)"
OPERAND = re.compile(rf" (?:<|<=|>|>=|==|!=|\+|-|\*|/|%|\+=|-=|<<|>>) ({ATOM})")
COMPARED = re.compile(rf" (?:<|<=|>|>=|==|!=) ({ATOM})(?=\)| &&| \|\||;|,| \?)")
ADDED = re.compile(rf" (?:\+|-) ({ATOM})")
START = re.compile(r"\bfor \([^;\n]*? = (\d+)(?=[;,])")
RANGE_END = re.compile(rf"(?:\.\.<|\.\.\.)({ATOM})")
RANGE_START = re.compile(rf"(?<![\w.\])$])({ATOM})(?=\.\.<|\.\.\.)")
INDEX = re.compile(r"\w\[([A-Za-z_]\w*)\]")
CONSTANT = re.compile(r", (\d+|[A-Z][A-Z_]+)\)")
LOGICAL = re.compile(r" (&&|\|\|) ")
STATEMENT = re.compile(r"[ \t]*([A-Za-z_][\w.\[\]>-]*(?: [-+*]?= .*|\.append\(.*\)|\(.*\)))(;?)[ \t]*$")
CONDITION = re.compile(r"\b(if|guard|while|where) (?!let |var |case |#|\()([^{}\n]+?) (else \{|\{)")
# Lines whose numbers must be known when they are compiled, and checks that tests do not reach.
LEFT_OUT = re.compile(r"\b(assert|precondition|preconditionFailure|fatalError|_Static_assert|enum|case|static|import|EACH)\b")
ARRAY = re.compile(r"^\s*(?:const )?(?!return |else )\w+ \**\w+(?:\[[^\]]*\])*\[[^\]\n]*$")


@dataclasses.dataclass
class Fault:
    path: str
    insertions: list  # (offset, compiled, shown)
    line: int = 0     # counted from 1
    before: str = ""
    after: str = ""

    @property
    def key(self):
        return self.path, self.before, self.after


def blanked(text, swift):
    """The text with spaces for comments, strings and the preprocessor's lines."""
    string = r'"""(?:\\.|.)*?"""|#"[^\n]*?"#|"(?:\\\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\)|\\.|[^"\\\n])*"'
    pattern = r"//[^\n]*|/\*.*?\*/|" + string
    pattern += r"|^[ \t]*#(?:if|else|elseif|endif)[^\n]*" if swift else r"|'(?:\\.|[^'\\])+'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*"
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.S | re.M)


def bodies(text, swift):
    """For each offset whether it lies in braces; in C, in those of a function."""
    inside, depth, function = bytearray(len(text)), 0, False
    for offset, character in enumerate(text):
        if character == "{":
            if depth == 0:
                function = swift or text[:offset].rstrip().endswith(")")
            depth += 1
        elif character == "}":
            depth -= 1
        inside[offset] = depth > 0 and function
    return inside


def closing(text, offset):
    """Where the parenthesis at `offset` is closed."""
    depth = 0
    for place in range(offset, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return place
    return None


def operand_end(text, offset, swift):
    """Where the right-hand side of && or || ends that begins at `offset`."""
    place = offset
    while place < len(text):
        if text[place] in "([":
            place = closing(text, place) or len(text)
        elif text[place] in ")]},;{" or text.startswith((" && ", " || ", " ? ", " : ", " else"), place):
            break
        elif swift and text[place] == "\n" and not text[place:].lstrip().startswith("."):
            break
        place += 1
    return offset + len(text[offset:place].rstrip())


def insertions_of(text, swift):
    """Every fault of a blanked text as a list of insertions."""
    one, on, sign = ("mutantOne({k})", "mutantOn({k})", "mutantSign({k})") if swift else \
        ("conv_fault({k})", "conv_fault({k})", "conv_sign({k})")
    found = []

    def around(begin, end, before, after):
        found.append([(begin, *before), (end, *after)])

    for pattern in (OPERAND, START, RANGE_END, RANGE_START, INDEX) + (() if swift else (CONSTANT,)):
        for match in pattern.finditer(text):
            around(*match.span(1), ("(", "("), (f" + {one})", " + 1)"))
    for match in ADDED.finditer(text):
        found.append([(match.start(1), f"{sign} * ", "-1 * ")])
    for match in LOGICAL.finditer(text):
        fault = (f"({on} || ", "(true || ") if match[1] == "&&" else (f"(!{on} && ", "(false && ")
        around(match.end(), operand_end(text, match.end(), swift), fault, (")", ")"))
    if swift:
        for match in CONDITION.finditer(text):
            if not re.search(r" let | var |, ", match[2]):
                dropped = (f"{on} || (", "true || (") if match[1] == "guard" else (f"!{on} && (", "false && (")
                around(*match.span(2), dropped, (")", ")"))
                around(*match.span(2), (f"{on} != (", "true != ("), (")", ")"))
    else:
        for match in COMPARED.finditer(text):
            found.append([(match.end(1), f" != {on}", " != true")])
        for match in re.finditer(r"\bif \(", text):
            end = closing(text, match.end() - 1)
            if end:
                around(match.end(), end, (f"!{on} && (", "false && ("), (")", ")"))
                around(match.end(), end, (f"{on} || (", "true || ("), (")", ")"))
    previous, offset = "", 0
    lines = text.splitlines(keepends=True)
    for index, line in enumerate(lines):
        match = STATEMENT.match(line.rstrip("\n"))
        following = next((other.strip() for other in lines[index + 1:] if other.strip()), "")
        whole = match and match[1].count("(") == match[1].count(")") and line.count("{") == line.count("}") == 0
        if whole and previous.endswith((";", "{", "}") if not swift else ("{", "}", ")", "]")) and bool(match[2]) != swift \
                and not match[1].startswith(("return", "let ", "var ", "self.init")) \
                and not following.startswith((".", "else", "?", "+", "-", "*", "/", "&&", "||", "=", "??")):
            begin, end = offset + match.start(1), offset + match.end(1)
            if swift:
                around(begin, end, (f"if !{on} {{ ", "if false { "), (" }", " }"))
            else:
                found.append([(begin, f"if (!{on}) ", "if (false) ")])
        previous = line.strip() or previous
        offset += len(line)
    return found


def with_insertions(text, insertions):
    """`insertions` are pairs of an offset and a text; of those at one place the first comes first."""
    for offset, inserted in sorted(insertions, key=lambda insertion: -insertion[0]):
        text = text[:offset] + inserted + text[offset:]
    return text


def faults_of(path, text):
    """All faults of a file that are told apart by what their lines say."""
    swift = path.endswith(".swift")
    blank = blanked(text, swift)
    inside = bodies(blank, swift)
    faults = {}
    for insertions in insertions_of(blank, swift):
        first = insertions[0][0]
        begin = text.rfind("\n", 0, first) + 1
        end = text.find("\n", first)
        line = text[begin:end]
        if not inside[first] or LEFT_OUT.search(blank[begin:end]) or ARRAY.search(blank[begin:first]):
            continue
        shown = [(offset - begin, shown) for offset, _, shown in insertions if offset <= end]
        fault = Fault(path, insertions, text.count("\n", 0, first) + 1, line.strip(), with_insertions(line, shown).strip())
        faults.setdefault(fault.key, fault)
    return list(faults.values())


def is_mutated(path):
    return path.startswith(FOLDERS) and path.endswith((".c", ".h", ".swift")) and "/include/" not in path \
        and not UNTESTED.search(path)


def numbered_faults(sources, seed):
    """Faults by their numbers, at most one a line, in an order that the seed gives: all lines of all files are as likely.

    Order and numbers stay what they are when other lines change.
    """
    lines = {}
    for path, text in sources.items():
        for fault in faults_of(path, text):
            digest = hashlib.sha256("\0".join([str(seed), *fault.key]).encode()).digest()
            line = path, fault.line
            lines[line] = min(lines.get(line, (digest, fault)), (digest, fault), key=lambda one: one[0])
    numbered = {}
    for digest, fault in sorted(lines.values(), key=lambda one: one[0]):
        numbered.setdefault(1 + int.from_bytes(digest[-2:]) % (MOST - 1), fault)
    return numbered
