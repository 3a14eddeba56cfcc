# SPDX-License-Identifier: GPL-2.0-only
"""The small changes that can be made to a source file, C or assembly: what tools/mutate tries.

A mutation replaces one span of a file's text.  It is named by the file, the function around it and the
line before and after, not by line numbers, so that tests/mutate/survivors stays true while code moves.
"""
import dataclasses
import re

TOKEN = re.compile(r"""
    (?P<comment> /\*.*?\*/ | //[^\n]* )
  | (?P<directive> ^[ \t]*\#(?:\\\n|[^\n])* )
  | (?P<string> "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' )
  | (?P<number> \b(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b )
  | (?P<word> [A-Za-z_]\w* )
  | (?P<mark> <<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\.\.\.|[^\s\w] )
""", re.X | re.S | re.M)

# What an operator between two operands becomes.
SWAPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&", "+": "-", "-": "+",
           "/": "*", "<<": ">>", ">>": "<<", "|": "&", "&": "|", "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=",
           "++": "--", "--": "++"}
UNARY_TOO = {"+", "-", "&", "*"}
NAMES = {"true": "false", "false": "true", "DACR_KERNEL": "DACR_USER", "DACR_USER": "DACR_KERNEL"}
ERROR = re.compile(r"E[A-Z0-9]{2,}$")
# What only a broken hypervisor or the compiler looks at.
NOT_CODE = {"CHECK", "_Static_assert", "__attribute__"}
KEYWORDS = {"if", "else", "for", "while", "do", "switch", "case", "default", "return", "break", "continue", "goto",
            "sizeof", "struct", "static", "const", "enum", "union", "unsigned", "signed", "volatile", "register"}
AFTER_TARGET = {"(", "=", "->", ".", "[", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="}


@dataclasses.dataclass(frozen=True)
class Mutation:
    path: str           # from the top of the repository
    function: str       # the function or the assembly label around it; "-" outside of all
    kind: str
    start: int          # of the span, in the file's text
    end: int
    new: str
    old_line: str       # the lines around the span, white space made one blank
    new_line: str

    def applied(self, text):
        """@text with it; lines stay where they are."""
        lost = text[self.start:self.end].count("\n") - self.new.count("\n")
        return text[:self.start] + self.new + "\n" * lost + text[self.end:]

    @property
    def key(self):
        return self.path, self.function, self.old_line, self.new_line

    def __str__(self):
        return f"{self.path} {self.function}\n- {self.old_line}\n+ {self.new_line}"


def squeeze(text):
    return " ".join(text.split())


class Source:
    """A file's text, to which mutations are added in the order of the text."""

    def __init__(self, path, text):
        self.path, self.text, self.found = path, text, []

    def add(self, function, kind, start, end, new):
        left = self.text.rfind("\n", 0, start) + 1
        right = self.text.find("\n", end)
        right = len(self.text) if right < 0 else right
        old = squeeze(self.text[left:right])
        changed = squeeze(self.text[left:start] + new + self.text[end:right])
        if old != changed:
            self.found.append(Mutation(self.path, function, kind, start, end, new, old, changed))


class Tokens:
    """A C file's tokens, with what encloses each."""

    def __init__(self, text):
        found = [m for m in TOKEN.finditer(text) if m.lastgroup not in ("comment", "directive")]
        self.text = [m.group() for m in found]
        self.kind = [m.lastgroup for m in found]
        self.start = [m.start() for m in found]
        self.end = [m.end() for m in found]
        self.partner = self.match_brackets()
        self.function = self.name_functions()

    def __len__(self):
        return len(self.text)

    def at(self, i):
        return self.text[i] if 0 <= i < len(self.text) else ""

    def match_brackets(self):
        partner, open_ones = {}, []
        for i, token in enumerate(self.text):
            if token in "([{" and self.kind[i] == "mark":
                open_ones.append(i)
            elif token in ")]}" and self.kind[i] == "mark" and open_ones:
                partner[i] = open_ones.pop()
                partner[partner[i]] = i
        return partner

    def name_functions(self):
        """For each token the function whose body it is in, or "-"."""
        names, i = ["-"] * len(self), 0
        while i < len(self):
            end = self.partner.get(i)
            if self.text[i] != "{" or end is None:
                i += 1
                continue
            if self.at(i - 1) == ")" and i - 1 in self.partner:
                names[i:end] = [self.at(self.partner[i - 1] - 1)] * (end - i)
            i = end + 1
        return names

    def skipped(self):
        """Which tokens are in something that is not code to be changed."""
        inside = set()
        for i, token in enumerate(self.text):
            if token in NOT_CODE and i + 1 in self.partner:
                inside.update(range(i, self.partner[i + 1] + 1))
            elif token == "__builtin_expect" and i + 1 in self.partner:
                inside.add(self.partner[i + 1] - 1)
        return inside


def is_operand_end(tokens, i):
    return tokens.kind[i] in ("word", "number") and tokens.text[i] not in KEYWORDS or tokens.text[i] in (")", "]")


def number_becomes(text):
    digits = text.rstrip("uUlL")
    value, suffix = int(digits, 0) if not re.fullmatch("0[0-7]+", digits) else int(digits, 8), text[len(digits):]
    spell = hex if digits.lower().startswith("0x") else str
    return [spell(n) + suffix for n in ([1] if value == 0 else [0, 2] if value == 1 else [value - 1, value + 1])]


def mutate_tokens(source, tokens, skipped):
    """Operators, constants, names, errors, negations."""
    for i, token in enumerate(tokens.text):
        if i in skipped:
            continue
        function, kind, span = tokens.function[i], tokens.kind[i], (tokens.start[i], tokens.end[i])
        if kind == "number" and (function != "-" or tokens.at(i - 1) != "["):
            for new in number_becomes(token):
                source.add(function, "constant", *span, new)
        elif kind == "word" and token in NAMES:
            source.add(function, "constant", *span, NAMES[token])
        elif function == "-":
            continue
        elif kind == "word" and ERROR.match(token) and tokens.at(i - 1) == "-" and not is_operand_end(tokens, i - 2):
            source.add(function, "error", tokens.start[i - 1], tokens.end[i], "0")
        elif kind == "mark" and token in SWAPPED and (token not in UNARY_TOO or is_operand_end(tokens, i - 1)):
            if tokens.at(i - 1) != "const" and not (token == "*"):
                source.add(function, "operator", *span, SWAPPED[token])
        elif kind == "mark" and token in "!~":
            source.add(function, "negation", *span, "")


def mutate_conditions(source, tokens, skipped):
    for i, token in enumerate(tokens.text):
        if token not in ("if", "while") or i in skipped or tokens.at(i + 1) != "(" or i + 1 not in tokens.partner:
            continue
        start, end = tokens.end[i + 1], tokens.start[tokens.partner[i + 1]]
        source.add(tokens.function[i], "condition", start, end, "0")
        if not re.search(r"[=!]=|^!|^[^&|]*[<>][^&|]*$", source.text[start:end]):
            source.add(tokens.function[i], "condition", start, end, f"!({source.text[start:end]})")


def begins_statement(tokens, i):
    before = tokens.at(i - 1)
    if before == ")":
        opening = tokens.partner.get(i - 1, 0)
        return tokens.at(opening - 1) in ("if", "for", "while", "switch")
    return before in (";", "{", "}", "else", "do", ":")


def is_droppable(tokens, i):
    """An expression or a jump, but no declaration and no end of a switch's case."""
    token, after = tokens.text[i], tokens.at(i + 1)
    if token in ("continue", "goto", "__asm__", "asm") or token == "return" and after == ";":
        return True
    if token in ("*", "++", "--"):
        return True
    return tokens.kind[i] == "word" and token not in KEYWORDS and after in AFTER_TARGET


def mutate_statements(source, tokens, skipped):
    for i in range(len(tokens)):
        if tokens.function[i] == "-" or i in skipped or not begins_statement(tokens, i):
            continue
        end = i
        while end < len(tokens) and tokens.text[end] != ";":
            end = tokens.partner[end] + 1 if tokens.text[end] in "([{" and end in tokens.partner else end + 1
        if end >= len(tokens):
            continue
        if is_droppable(tokens, i):
            source.add(tokens.function[i], "dropped", tokens.start[i], tokens.end[end], ";")
        elif tokens.text[i] == "return" and tokens.at(i + 2) == "(" and tokens.partner.get(i + 2) == end - 1:
            source.add(tokens.function[i], "result", tokens.start[i + 1], tokens.end[end - 1], "0")


def arguments_of(tokens, i):
    """The (start, end) in the text of each argument of the call whose name is token @i, if it is one."""
    if tokens.kind[i] != "word" or tokens.text[i] in KEYWORDS or tokens.at(i + 1) != "(" or i + 1 not in tokens.partner:
        return []
    spans, begin, at, end = [], i + 2, i + 2, tokens.partner[i + 1]
    while at <= end:
        if at == end or tokens.text[at] == ",":
            if at > begin:
                spans.append((tokens.start[begin], tokens.end[at - 1]))
            begin = at + 1
        at = tokens.partner[at] + 1 if at != end and tokens.text[at] in "([{" and at in tokens.partner else at + 1
    return spans


def mutate_arguments(source, tokens, skipped):
    """Two neighbours change places."""
    for i in range(len(tokens)):
        if tokens.function[i] == "-" or i in skipped:
            continue
        spans = arguments_of(tokens, i)
        for (a, b), (c, d) in zip(spans, spans[1:]):
            text = source.text
            source.add(tokens.function[i], "arguments", a, d, text[c:d] + text[b:c] + text[a:b])


SIBLING = re.compile(r"([A-Z0-9]+_(?:E(?=[A-Z]))?)[A-Z0-9_]*$")


def siblings(tokens, is_one):
    """For each group the names of it that the file has."""
    found = {}
    for i in range(len(tokens)):
        group = is_one(i)
        if group:
            found.setdefault(group, set()).add(tokens.text[i])
    return {group: sorted(names) for group, names in found.items()}


def mutate_siblings(source, tokens, skipped):
    """A constant becomes another with the same prefix, and a member another of the same thing."""
    def constant(i):
        match = SIBLING.match(tokens.text[i]) if tokens.kind[i] == "word" and tokens.at(i + 1) != "(" else None
        return match and match[1]

    def member(i):
        is_member = tokens.kind[i] == "word" and tokens.at(i - 1) in ("->", ".") and tokens.at(i + 1) != "("
        return tokens.at(i - 2) if is_member and is_operand_end(tokens, i - 2) and tokens.at(i - 2) not in ")]" else None

    for kind, is_one in (("sibling", constant), ("member", member)):
        groups = siblings(tokens, is_one)
        for i in range(len(tokens)):
            names = groups.get(is_one(i), [])
            if tokens.function[i] != "-" and i not in skipped and len(names) > 1:
                other = names[(names.index(tokens.text[i]) + 1) % len(names)]
                source.add(tokens.function[i], kind, tokens.start[i], tokens.end[i], other)


DEFINE = re.compile(r"^#define[ \t]+(\w+)[ \t]+([^\n]*?)[ \t]*(?:/\*.*)?$", re.M)
NUMBER = re.compile(r"\b(?:0[xX][0-9a-fA-F]+|\d+)[uUlL]*\b")


def mutate_defines(source):
    """Constants of macros without arguments."""
    for define in DEFINE.finditer(source.text):
        for number in NUMBER.finditer(define[2]):
            if define[2].startswith('"'):
                break
            for new in number_becomes(number.group()):
                source.add(define[1], "constant", define.start(2) + number.start(), define.start(2) + number.end(), new)


def mutate_c(source):
    tokens = Tokens(source.text)
    skipped = tokens.skipped()
    mutate_tokens(source, tokens, skipped)
    mutate_conditions(source, tokens, skipped)
    mutate_statements(source, tokens, skipped)
    mutate_arguments(source, tokens, skipped)
    mutate_siblings(source, tokens, skipped)
    mutate_defines(source)


CONDITIONS = {"eq": "ne", "ne": "eq", "cs": "cc", "cc": "cs", "hs": "lo", "lo": "hs", "mi": "pl", "pl": "mi", "hi": "ls",
              "ls": "hi", "ge": "lt", "lt": "ge", "gt": "le", "le": "gt"}
BASES = "mcrr|mcr|mrc|mrs|msr|movs|mov|mvn|adds|add|subs|sub|rsbs|rsb|bics|bic|orrs|orr|ands|and|eor|cmp|cmn|tst|teq|" \
        "ldrbt|ldrt|ldrh|ldrb|ldrd|ldr|strbt|strt|strh|strb|strd|str|ldmia|ldmdb|ldm|stmia|stmdb|stm|bx|blx|bl|b"
INSTRUCTION = re.compile(rf"(?P<base>{BASES})(?P<condition>{'|'.join(CONDITIONS)})?$")
OTHERS = {"bic": "orr", "orr": "bic", "add": "sub", "sub": "add", "ldrbt": "ldrb", "ldrt": "ldr", "strbt": "strb",
          "strt": "str", "and": "orr", "tst": "teq", "adds": "subs", "subs": "adds", "movs": "mov"}
LINE = re.compile(r"^(?P<label>[A-Za-z_.$][\w.$]*|\d+):|^[ \t]+(?P<name>[a-z]\w*)(?P<operands>[^\n]*)", re.M)


def without_comments(text):
    """@text of the same length with blanks for comments."""
    return re.sub(r"/\*.*?\*/|//[^\n]*|@[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)


def mutate_operands(source, function, start, operands):
    for m in re.finditer(r"#\s*(-?)((?:0[xX][0-9a-fA-F]+|\d+))\b(?!\s*[-+*<>])", operands):
        for new in number_becomes(m[2]):
            source.add(function, "constant", start + m.start(2), start + m.end(2), new)
    for m in re.finditer(r"#\s*([A-Z_]\w*)", operands):
        new = NAMES.get(m[1], f"({m[1]} + 4)")
        source.add(function, "constant", start + m.start(1), start + m.end(1), new)
    for m in re.finditer(r"\}\^", operands):
        source.add(function, "registers", start + m.start(), start + m.end(), "}")
    register = re.search(r"\br(\d+)\b(?![^{]*\})", operands)
    if register:
        other = f"r{(int(register[1]) + 1) % 13}"
        source.add(function, "registers", start + register.start(), start + register.end(), other)


def mutate_assembly(source):
    text, function = without_comments(source.text), "-"
    for line in LINE.finditer(text):
        if line["label"]:
            function = function if line["label"].isdigit() else line["label"]
            continue
        name, start = line["name"], line.start("name")
        if name in ("nop", "b") and name == "nop":
            continue
        source.add(function, "dropped", start, start + len((name + line["operands"]).rstrip()), "nop")
        found = INSTRUCTION.match(name)
        if found and found["condition"]:
            source.add(function, "condition", start, start + len(name), found["base"] + CONDITIONS[found["condition"]])
        if found and found["base"] in OTHERS:
            source.add(function, "operator", start, start + len(name), OTHERS[found["base"]] + (found["condition"] or ""))
        mutate_operands(source, function, line.start("operands"), line["operands"])


def mutations(path, text):
    """All of the file at @path (from the top of the repository)."""
    source = Source(path, text)
    if path.endswith((".S", ".inc")):
        mutate_assembly(source)
    else:
        mutate_c(source)
    unique = {}
    for mutation in source.found:
        unique.setdefault((mutation.start, mutation.end, mutation.new), mutation)
    return list(unique.values())
