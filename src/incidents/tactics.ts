// MITRE ATT&CK techniques and the tactic that each serves first (Enterprise v17): how far an attack has come.

const techniques: Readonly<Record<string, string>> = {
  reconnaissance: 'T1595 T1592 T1589 T1590 T1591 T1593 T1594 T1597 T1598',
  'resource-development': 'T1583 T1584 T1587 T1588 T1608',
  'initial-access': 'T1190 T1133 T1566 T1195 T1199 T1200 T1189 T1091',
  execution: 'T1059 T1203 T1204 T1106 T1129 T1072 T1569 T1559 T1609 T1610 T1648',
  persistence: 'T1505 T1053 T1543 T1136 T1098 T1546 T1547 T1037 T1554 T1525 T1556 T1176 T1542 T1574',
  'privilege-escalation': 'T1548 T1068 T1134 T1611 T1055 T1484',
  'defense-evasion':
    'T1070 T1027 T1036 T1140 T1562 T1564 T1014 T1218 T1222 T1480 T1497 T1601 T1620 T1112 T1202 T1207 T1211 T1599 T1612',
  'credential-access':
    'T1003 T1110 T1552 T1555 T1056 T1040 T1111 T1187 T1212 T1528 T1539 T1557 T1558 T1606 T1621',
  discovery:
    'T1082 T1083 T1087 T1033 T1049 T1057 T1016 T1018 T1046 T1069 T1007 T1012 T1010 T1120 T1124 T1135 T1201 T1217 T1518 T1526 T1580 T1613 T1614 T1615 T1622',
  'lateral-movement': 'T1021 T1210 T1534 T1550 T1563 T1570 T1080',
  collection: 'T1005 T1025 T1039 T1074 T1113 T1114 T1115 T1119 T1123 T1125 T1185 T1213 T1530 T1560 T1602',
  'command-and-control':
    'T1071 T1095 T1105 T1090 T1102 T1104 T1132 T1001 T1008 T1092 T1219 T1205 T1568 T1571 T1572 T1573',
  exfiltration: 'T1041 T1048 T1011 T1020 T1029 T1030 T1052 T1537 T1567',
  impact: 'T1485 T1486 T1489 T1490 T1491 T1495 T1496 T1498 T1499 T1529 T1531 T1561 T1565 T1657',
}

const tacticOf = new Map(
  Object.entries(techniques).flatMap(([tactic, ids]) =>
    ids.split(' ').map((id): [string, string] => [id, tactic]),
  ),
)

/** How many different tactics a set of techniques serves; unknown techniques count as none. */
export function tacticsOf(ids: Iterable<string>): ReadonlySet<string> {
  const tactics = new Set<string>()
  for (const id of ids) {
    const tactic = tacticOf.get(id.slice(0, 5).toUpperCase())
    if (tactic !== undefined) tactics.add(tactic)
  }
  return tactics
}
