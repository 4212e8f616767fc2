// Every feature of the language and every modifier in a small rule of its own: what agreement.test.ts compares with
// YARA-X. Each rule's strings are also what its test files are made of.

import "pe"
import "elf"
import "math"
import "hash"
import "string"
import "console"
import "time"

// Texts and their modifiers

rule text_plain { strings: $a = "alpha one" condition: $a }
rule text_one_byte { strings: $a = "~" condition: #a > 2 }
rule text_two_bytes { strings: $a = "~^" condition: $a }
rule text_three_bytes { strings: $a = "~^%" condition: $a }
rule text_escapes { strings: $a = "a\x00b\t\"\\\n\r\xff" condition: $a }
rule text_zeros { strings: $a = "\x00\x00\x00\x00MAGIC" condition: $a }
rule text_long { strings: $a = "the quick brown fox jumps over the lazy dog and runs far away from it" condition: $a }
rule text_bytes_beyond_ascii { strings: $a = "größe ändern" condition: $a }
rule nocase_plain { strings: $a = "NoCase Text" nocase condition: $a }
rule nocase_no_letters { strings: $a = "12-34_56" nocase condition: $a }
rule nocase_wide { strings: $a = "MixedCase" nocase wide condition: $a }
rule wide_only { strings: $a = "wide text" wide condition: $a }
rule wide_and_ascii { strings: $a = "both forms" wide ascii condition: #a == 1 or #a == 2 }
rule fullword_ascii { strings: $a = "whole" fullword condition: $a }
rule fullword_wide { strings: $a = "wholewide" fullword wide condition: $a }
rule fullword_both_nocase { strings: $a = "WordWord" fullword wide ascii nocase condition: $a }
rule fullword_with_separators { strings: $a = " word-in.dots " fullword condition: $a }
rule xor_any { strings: $a = "xored secret" xor condition: $a }
rule xor_range { strings: $a = "ranged key" xor(0x10-0x1f) condition: $a }
rule xor_one { strings: $a = "single key" xor(7) condition: #a > 0 }
rule xor_wide { strings: $a = "wide xor" xor wide condition: $a }
rule xor_wide_ascii { strings: $a = "xorboth" xor(1-255) wide ascii condition: $a }
rule xor_fullword { strings: $a = "xorword" xor(0-32) fullword condition: $a }
rule xor_fullword_wide { strings: $a = "xorwide" xor(0-32) fullword wide condition: $a }
rule xor_two_bytes { strings: $a = "@!" xor(0x40-0x44) condition: $a }
rule base64_plain { strings: $a = "base sixty-four" base64 condition: $a }
rule base64_wide { strings: $a = "base in two" base64wide condition: $a }
rule base64_both { strings: $a = "base both ways" base64 base64wide condition: $a }
rule base64_of_wide { strings: $a = "wide inside" base64 wide condition: $a }
rule base64_of_wide_and_ascii { strings: $a = "either inside" base64 wide ascii condition: $a }
rule base64_lengths { strings: $a = "abc!" base64 $b = "abcd!" base64 $c = "abcde!" base64 condition: any of them }
rule base64_alphabet {
  strings:
    $a = "own alphabet" base64("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
  condition: $a
}
rule private_string { strings: $a = "hidden string" private $b = "shown string" condition: all of them }
rule unused_string { strings: $_a = "not asked for" $b = "asked for" condition: $b }
rule same_string_twice { strings: $a = "repeated" $b = "repeated" condition: #a == #b and $a }
rule anonymous_strings { strings: $ = "anon one" $ = "anon two" $ = "anon three" condition: 2 of them }

// Hex strings

rule hex_plain { strings: $a = { DE AD BE EF 01 02 } condition: $a }
rule hex_wildcards { strings: $a = { 11 ?? 22 33 ?? ?? 44 } condition: $a }
rule hex_nibbles { strings: $a = { A? ?B C4 D5 E6 } condition: $a }
rule hex_not { strings: $a = { 51 ~52 53 54 55 ~5? } condition: $a }
rule hex_jump { strings: $a = { 61 71 81 [2-6] 91 A1 B1 } condition: $a }
rule hex_jump_exact { strings: $a = { 62 72 82 [4] 92 A2 } condition: $a }
rule hex_jump_long { strings: $a = { 63 73 83 93 [10-500] A3 B3 C3 D3 } condition: $a }
rule hex_jump_endless { strings: $a = { 64 74 84 94 [5-] A4 B4 C4 D4 } condition: $a }
rule hex_jump_any { strings: $a = { 65 75 85 95 [-] A5 B5 C5 D5 } condition: $a }
rule hex_jumps { strings: $a = { 66 76 86 [-] 96 A6 B6 [300-400] C6 D6 E6 } condition: $a }
rule hex_alternatives { strings: $a = { 67 77 ( 87 97 | A7 | B7 C7 D7 ) E7 F7 } condition: $a }
rule hex_alternatives_first { strings: $a = { ( 68 78 | 88 98 ) A8 B8 C8 } condition: $a }
rule hex_nested { strings: $a = { 69 79 ( 89 ( 99 | A9 ?? ) | B9 ) C9 D9 } condition: $a }
rule hex_masks_first { strings: $a = { ?? ?1 C1 D1 E1 F2 } condition: $a }
rule hex_short { strings: $a = { 6A 7A } condition: #a >= 1 }

// Regular expressions

rule re_plain { strings: $a = /plain regex/ condition: $a }
rule re_class { strings: $a = /key=[0-9a-f]{8}/ condition: $a }
rule re_negated_class { strings: $a = /open<[^>]{1,9}>close/ condition: $a }
rule re_dot { strings: $a = /dot.any.dot/ condition: $a }
rule re_dot_all { strings: $a = /line.{1,3}feed/s condition: $a }
rule re_nocase_flag { strings: $a = /MiXeD[a-z]+/i condition: $a }
rule re_nocase_modifier { strings: $a = /MoDiFieR\d/ nocase condition: $a }
rule re_wide { strings: $a = /wide\d{2}regex/ wide condition: $a }
rule re_wide_ascii { strings: $a = /two(one|ten)forms/ wide ascii condition: $a }
rule re_fullword { strings: $a = /word\d\d/ fullword condition: $a }
rule re_fullword_wide { strings: $a = /wword[0-9]/ fullword wide condition: $a }
rule re_star { strings: $a = /start[0-9]*end/ condition: $a }
rule re_plus { strings: $a = /plus[ab]+plus/ condition: $a }
rule re_greedy_end { strings: $a = /greedy[0-9]+/ condition: $a }
rule re_lazy_end { strings: $a = /lazy[0-9]+?/ condition: $a }
rule re_lazy_middle { strings: $a = /from.{1,9}?upto/ condition: $a }
rule re_counts { strings: $a = /x{3}y{2,4}z{1,}#/ condition: $a }
rule re_optional { strings: $a = /colou?rful/ condition: $a }
rule re_alternatives { strings: $a = /(cat|dog|bird)house/ condition: $a }
rule re_alternatives_top { strings: $a = /firstly|secondly|thirdly/ condition: $a }
rule re_shorthands { strings: $a = /\w\d\s\W\D\S_short/ condition: $a }
rule re_boundary { strings: $a = /\bbound\b/ condition: $a }
rule re_no_boundary { strings: $a = /\Binner\B/ condition: $a }
rule re_start { strings: $a = /^atstart/ condition: $a }
rule re_end { strings: $a = /atend$/ condition: $a }
rule re_escapes { strings: $a = /\x41\.\/\\\t\x7e/ condition: $a }
rule re_gap { strings: $a = /uncommon\xf1.{0,400}rarely\xd7/s condition: $a }
rule re_leading_wildcards { strings: $a = /.{2,5}trailing/ condition: $a }
rule re_no_atom { strings: $a = /[a-f][0-9][a-f][0-9]/ condition: #a > 1 }
rule re_class_edges { strings: $a = /[\]\-^a][^\]]edge/ condition: $a }
rule re_nested_repeats { strings: $a = /(ab{1,2}c){2,3}#/ condition: $a }

// Where strings are

rule at_zero { strings: $a = "alpha one" condition: not $a at 0 and $a }
rule at_offset { strings: $a = "located" condition: $a at 7 or $a at 225 }
rule in_range { strings: $a = "in range" condition: $a in (0..40) }
rule in_range_of_size { strings: $a = "near the end" condition: $a in (filesize - 40..filesize) }
rule count_equals { strings: $a = "counted" condition: #a == 1 }
rule count_in_range { strings: $a = "counted here" condition: #a in (0..100) >= 1 }
rule offset_of { strings: $a = "offset one" condition: @a < 60 and @a[1] == @a }
rule offset_of_second { strings: $a = "second one" condition: defined @a[2] and @a[2] > @a[1] }
rule length_of { strings: $a = /len[0-9]+gth/ condition: !a > 7 and !a[1] < 20 }
rule distance { strings: $a = "left side" $b = "right side" condition: @b - @a < 30 and @b > @a }

// Sets of strings

rule any_of { strings: $a1 = "any one" $a2 = "any two" condition: any of them }
rule all_of { strings: $a1 = "all one" $a2 = "all two" condition: all of them }
rule none_of { strings: $a = "none one" $b = "none two" condition: none of ($b) and $a }
rule some_of { strings: $a1 = "some one" $a2 = "some two" $b = "some three" condition: 1 of ($a*) and $b }
rule percent_of { strings: $a = "percent a" $b = "percent b" $c = "percent c" condition: 60% of them }
rule of_at { strings: $a = "either at" $b = "both at" condition: any of them at 3 or any of ($a, $b) at 224 }
rule of_in { strings: $a = "of in one" $b = "of in two" condition: all of ($*) in (0..filesize) }
rule count_expression { strings: $a = "expr a" $b = "expr b" condition: (1 + 1) of them }
rule of_conditions { strings: $a = "cond a" $b = "cond b" condition: 1 of ($a, $b) and any of (filesize > 1, #a == 5) }

// Loops

rule for_of { strings: $a = "loop a" $b = "loop b" condition: for any of them : ($ in (0..200) and # >= 1) }
rule for_all_of { strings: $a = "every a" $b = "every b" condition: for all of ($a, $b) : (@ > 0 and ! == 7) }
rule for_range { strings: $a = "ranged" condition: for any i in (1..#a) : (@a[i] > 10) }
rule for_all_range { strings: $a = "all ranged" condition: $a and for all i in (1..#a) : (!a[i] == 10) }
rule for_list { strings: $a = "listed loop" condition: $a and for any x in (1, 7, 64) : (uint8(x) > 0x20) }
rule for_count { condition: for 2 i in (0..3) : (uint8(i) == 0x20) }
rule for_nested { strings: $a = "nested" condition: for any i in (1..#a) : (for any j in (0..2) : (uint8(@a[i] + j) == 0x73)) }
rule for_percent { condition: for 50% i in (0..9) : (uint8(i) & 1 == 0) }
rule for_none { condition: filesize > 8 and for none i in (0..4) : (uint8(i) == 0) }
rule with_local { strings: $a = "with local" condition: with first = @a[1], size = !a[1] : (first + size <= filesize and size == 10) }

// Numbers and reads

rule size_above { condition: filesize > 120 }
rule size_units { condition: filesize < 1KB }
rule reads_little { condition: uint16(0) == 0x5A4D and uint32(0x3c) < filesize }
rule reads_big { condition: uint32be(0) == 0x504b0304 or uint16be(0) == 0x7f45 }
rule reads_signed { condition: int8(0) < 0 or int16(1) < 0 or int32be(2) < -1 }
rule reads_outside { condition: not defined uint8(filesize) and defined uint8(filesize - 1) }
rule arithmetic { condition: (filesize * 3 - 7) % 5 == 1 }
rule division { condition: filesize \ 16 >= 4 and -filesize \ 16 <= -4 }
rule division_by_zero { condition: not defined (filesize \ (filesize - filesize)) }
rule bits { condition: (uint8(0) ^ 0x2a) & 0x0f > 3 and uint8(0) | 0x40 != 0 }
rule shifts { condition: (filesize << 2) >> 1 == filesize * 2 and 1 << 65 == 0 and ~filesize < 0 }
rule floats { condition: filesize * 0.5 > 60.25 or 1.5 + filesize < 50 }
rule comparisons { condition: filesize >= 100 and filesize <= 500 and filesize != 256 }
rule undefined_is_false { condition: not (uint8(filesize + 5) == 0) and not (uint8(filesize + 5) != 0) }
rule and_or_not { strings: $a = "logic a" $b = "logic b" condition: ($a or $b) and not ($a and $b) }

// Texts in conditions

rule external_text { condition: filename == "sample.bin" and extension matches /^\.b/ }
rule text_operators { condition: filename contains "ple" and filepath startswith "/srv" and filename endswith ".bin" }
rule text_operators_nocase { condition: filename icontains "PLE" and filename istartswith "SAM" and filename iendswith "BIN" }
rule text_equals_nocase { condition: filetype iequals "exe" and owner == "root" and filetype < "F" }
rule text_matches { condition: filepath matches /\/srv\/[a-z]+\.(exe|bin)$/i }

// Rules in conditions

private rule is_small { condition: filesize < 300 }
rule uses_rule : tagged twice { meta: a = 1 b = "text" c = true condition: is_small and text_plain }
rule uses_rules { condition: 1 of (text_plain, text_long) or all of (is_small, wide_only) }
rule uses_not_rule { condition: not is_small }

// Modules

rule module_pe { condition: pe.is_pe and pe.machine == pe.MACHINE_I386 and pe.number_of_sections == 0 }
rule module_pe_loop { condition: pe.is_pe and not for any section in pe.sections : (section.name == ".text") }
rule module_pe_undefined { condition: not defined pe.entry_point or pe.imphash() == "x" }
rule module_elf { condition: elf.type == elf.ET_EXEC or defined elf.machine }
rule module_math { condition: math.entropy(0, filesize) > 4.5 and math.in_range(math.mean(0, 20), 20.0, 110.0) }
rule module_math_numbers { condition: math.min(filesize, 99) == 99 and math.max(3, filesize) > 99 and math.abs(-2) == 2 }
rule module_math_count { condition: math.count(0x20) > 3 or math.percentage(0x00) > 0.2 or math.mode() == 0x20 }
rule module_hash { condition: hash.md5(0, 0) == "d41d8cd98f00b204e9800998ecf8427e" or hash.crc32(0, 4) & 1 == 1 }
rule module_hash_text { condition: hash.sha256("a") startswith "ca978112" and hash.sha1(0, filesize) != "" }
rule module_string { condition: string.to_int("64") < filesize and string.length(filename) == 10 }
rule module_console { condition: console.log("size ", filesize) and filesize > 90 }
rule module_time { condition: time.now() > 1600000000 }
