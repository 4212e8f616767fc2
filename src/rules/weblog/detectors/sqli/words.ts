// The words of SQL that matter to an injection, each with the one-letter kind that the token sequences are written in.
// Spellings of MySQL, MariaDB, PostgreSQL, SQL Server, Oracle, SQLite, DB2 and Access; lower case.

/**
 * Kinds of tokens, one letter each, so that a sequence is a string that patterns can be matched against:
 * n number, s string, R string that the value leaves open, Q string that the value closes, w name, t NULL/TRUE/FALSE, v variable,
 * z name of a system table, f call, x call with an effect (time, file, network, error), u call of an unknown name, q subquery,
 * & logical operator, = comparison sign, k comparison word, o arithmetic operator, ! NOT,
 * U set operator, E SELECT, A ALL/DISTINCT, F FROM, W WHERE, H HAVING, B ORDER/GROUP BY, L LIMIT and its like, I INTO a file,
 * S statement, D WAITFOR, Y PROCEDURE ANALYSE, j i d e l CASE WHEN THEN ELSE END, K other word of the grammar,
 * g and h names of functions before their parenthesis, ( ) , ; : themselves, c and C (slash-star) comment up to the end, M IN BOOLEAN MODE,
 * r word that may start a statement, X name of a procedure of the system, P ||, ~ anything else.
 */
export type Kind = string

const wordsOfKind: Readonly<Record<string, string>> = {
  '&': 'and or xor',
  k: 'like rlike regexp glob ilike between in is sounds isnull notnull',
  o: 'div mod collate',
  '!': 'not binary prior',
  U: 'union except intersect minus',
  E: 'select',
  A: 'all distinct distinctrow top',
  F: 'from',
  W: 'where',
  H: 'having',
  L: 'limit offset rownum',
  K: 'as on using join inner outer left right natural cross set values with asc desc by into exists any some escape separator over',
  j: 'case',
  i: 'when',
  d: 'then',
  e: 'else',
  l: 'end',
  t: 'null true false unknown current_user session_user system_user current_timestamp current_date current_database sysdate user',
}

/** Words that start a statement; they count only behind `;`, behind a closed string or with the object that the statement needs. */
export const statementWords: ReadonlySet<string> = new Set(
  `insert update delete drop create alter exec execute declare truncate shutdown begin merge replace grant revoke call load copy backup
  restore bulk print handler desc describe show set use kill if while rename deallocate prepare attach detach pragma vacuum select with
  waitfor lock unlock do dbcc reconfigure analyze explain commit rollback savepoint reset open fetch close`.split(
    /\s+/,
  ),
)

/** Second words that make a pair of words a construct of SQL: the pair's kind. */
export const pairs: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  order: { by: 'B' },
  group: { by: 'B' },
  partition: { by: 'B' },
  insert: { into: 'S', ignore: 'S' },
  replace: { into: 'S' },
  merge: { into: 'S' },
  delete: { from: 'S' },
  drop: kindOf(
    'S',
    'table database view user function procedure trigger index schema login role column sequence',
  ),
  create: kindOf(
    'S',
    'table database view user function procedure trigger schema login role or alias temporary',
  ),
  alter: kindOf('S', 'table database user login role session system'),
  truncate: { table: 'S' },
  bulk: { insert: 'S' },
  load: { data: 'S', xml: 'S' },
  execute: { immediate: 'S', as: 'S' },
  waitfor: { delay: 'D', time: 'D' },
  into: { outfile: 'I', dumpfile: 'I' },
  procedure: { analyse: 'Y' },
  in: { boolean: 'M' },
  lock: { tables: 'S', in: 'K' },
  similar: { to: 'k' },
  sounds: { like: 'k' },
  for: { update: 'L', xml: 'L', json: 'L' },
  fetch: { next: 'L', first: 'L' },
}

function kindOf(kind: Kind, words: string): Readonly<Record<string, Kind>> {
  return Object.fromEntries(words.split(' ').map((word) => [word, kind]))
}

/** Functions that an injection calls for their effect: time, files, network, errors that carry data. */
export const effectFunctions: ReadonlySet<string> = new Set(
  `sleep benchmark pg_sleep pg_sleep_for load_file extractvalue updatexml randomblob zeroblob load_extension generate_series
  regexp_substring name_const make_set elt pg_read_file pg_ls_dir pg_read_binary_file lo_import lo_export query_to_xml database_to_xml
  table_to_xml sys_eval sys_exec openrowset opendatasource openquery dblink dblink_connect dblink_send_query httpuritype xmltype
  gtid_subset gtid_subtract st_latfromgeohash st_longfromgeohash st_pointfromgeohash st_geomfromtext geometrycollection multipoint
  polygon multipolygon linestring multilinestring json_keys uuid_to_bin bin_to_uuid get_lock release_lock master_pos_wait
  fn_xe_file_target_read_file fn_get_audit_file fn_trace_gettable bfilename cdbsystem readfile writefile writetextfile
  receive_message get_host_address get_host_name getmappingxpath drithsx ordsys crypt_key iif
  xp_cmdshell xp_dirtree xp_fileexist xp_regread`.split(/\s+/),
)

/** Prefixes of packages and procedures whose call is always an effect. */
export const effectPrefixes =
  /^(?:xp_|dbms_|utl_|ctxsys|sp_(?:oa|password|execute|addextended|configure|makewebtask|who|help|add))/

/** Ordinary functions of SQL that seldom are names in front of a parenthesis elsewhere. */
export const functions: ReadonlySet<string> = new Set(
  `char chr nchar ascii ord substring substr mid left right length len char_length concat concat_ws group_concat string_agg listagg
  count hex unhex md5 sha1 sha sha2 convert cast coalesce ifnull nullif isnull nvl nvl2 decode if rand random floor ceil ceiling
  version database schema user current_user session_user system_user user_name suser_name suser_sname db_name host_name is_srvrolemember
  upper lower ucase lcase ltrim rtrim trim replace reverse repeat replicate space instr locate position strcmp field find_in_set
  lpad rpad bin oct pi exp log log10 log2 ln pow power sqrt abs sign mod sin cos tan atan acos asin cot degrees radians greatest
  least max min sum avg now sysdate curdate date_add date_sub year month datediff getdate encode compress uncompress aes_encrypt
  aes_decrypt des_encrypt des_decrypt password old_password inet_aton inet_ntoa last_insert_id row_count found_rows connection_id
  object_id col_name col_length schema_name quotename stuff patindex charindex unicode str to_char to_number to_date to_timestamp_tz
  tz_offset regexp_like regexp_replace regexp_substr sqlite_version typeof quote glob likelihood unlikely total printf json_extract
  xmlagg xmlelement sys_context dump rawtohex rawtonhex utl_raw translate initcap current_setting array_to_string array_agg
  pg_user row isnumeric serverproperty has_dbaccess newid checksum try_convert bit_and bit_or bit_xor bit_count
  sql_compileoption_used tochar ascii_chr ascii_val soundex difference interval format conv export_set extract to_base64
  from_base64 overlay crc32 like regexp rlike`.split(/\s+/),
)

/** Names of the catalogues, with what an attacker asks them for. */
export const systemNames =
  /^(?:information_schema|mysql\.(?:user|db|proc|func|innodb_table_stats)|sys(?:ibm|objects|columns|databases|users|logins|tables|master|cat|server|processes|types|files)?(?:\.|$)|sys(?:objects|columns|databases|users|logins|processes|tables)$|pg_(?:catalog|shadow|user|database|tables|class|stat_activity|authid|proc|settings|roles|ls_dir|namespace)|sqlite_(?:master|schema|temp_master)|master(?:\.|$)|msys\w+|all_(?:tables|users|tab_columns|objects|col_comments)|user_(?:tables|tab_columns|objects|users|role_privs)|dba_(?:users|tables|objects|role_privs)|v\$\w+|gv\$\w+|rdb\$\w+|mon\$\w+|table_name|table_schema|column_name|domain\.\w+|@@\w+|syscat\.\w+|dual$)/

export const kindOfWord: ReadonlyMap<string, Kind> = new Map(
  Object.entries(wordsOfKind).flatMap(([kind, words]) =>
    words.split(' ').map((word) => [word, kind] as const),
  ),
)
