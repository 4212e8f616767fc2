// PHP's own functions by what they do to the flow of data. Names in lower case.

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}

/** Their first argument runs as a command of the system. */
export const commandFunctions = words(`
  system exec shell_exec passthru popen proc_open pcntl_exec expect_popen win_shell_execute w32api_invoke_function`)

/** Their first argument runs as PHP. */
export const codeFunctions = words('eval assert')

/** A callback given to them runs; the data it gets is among the arguments. */
export const callbackTakers = words(`
  call_user_func call_user_func_array forward_static_call forward_static_call_array array_map array_filter
  array_reduce array_walk array_walk_recursive usort uasort uksort array_diff_uassoc array_diff_ukey array_udiff
  array_udiff_assoc array_udiff_uassoc array_intersect_uassoc array_intersect_ukey array_uintersect
  array_uintersect_assoc array_uintersect_uassoc preg_replace_callback preg_replace_callback_array
  mb_ereg_replace_callback register_shutdown_function register_tick_function ob_start iterator_apply
  spl_autoload_register set_error_handler set_exception_handler header_register_callback
  session_set_save_handler filter_var filter_var_array filter_input filter_input_array yaml_parse
  sqlite_create_function sqlite_create_aggregate xml_set_element_handler xml_set_character_data_handler
  xml_set_default_handler libxml_set_external_entity_loader stream_filter_register assert_options
  readline_completion_function array_find array_any array_all dba_open is_callable_call mb_output_handler`)

/** Functions that run what they are given: as the callback of somebody else they are a shell. */
export const dangerousCallbacks = words(`
  eval assert system exec shell_exec passthru popen proc_open pcntl_exec create_function`)

/** Whose name nobody hides without a reason. */
export const hidingFunctions = words(`
  base64_decode gzinflate gzuncompress gzdecode str_rot13 file_put_contents fwrite fputs file_get_contents curl_exec
  call_user_func call_user_func_array array_map preg_replace move_uploaded_file copy error_reporting ini_set
  set_time_limit fopen function_exists strrev unserialize`)

/** Return (a part of) what they are given, in another shape: who controls it still does. */
export const carriers = words(`
  base64_decode base64_encode urldecode rawurldecode urlencode rawurlencode trim ltrim rtrim chop stripslashes
  stripcslashes addslashes addcslashes str_replace str_ireplace substr substr_replace strrev str_rot13 gzinflate
  gzuncompress gzdecode gzcompress gzencode gzdeflate zlib_decode zlib_encode bzdecompress lzf_decompress pack unpack
  implode join explode str_split split preg_split mb_str_split sprintf vsprintf hex2bin bin2hex openssl_decrypt
  mcrypt_decrypt mcrypt_cbc mcrypt_ecb mdecrypt_generic sodium_crypto_secretbox_open preg_replace ereg_replace
  eregi_replace mb_ereg_replace preg_match_all json_decode json_encode unserialize serialize current reset end next prev
  key each array_pop array_shift array_values array_keys array_merge array_merge_recursive array_flip array_slice
  array_splice array_reverse array_combine array_unique array_filter array_map array_column array_chunk array_replace
  array_fill array_fill_keys array_pad array_diff array_diff_key array_intersect array_intersect_key array_change_key_case
  array_rand compact range iterator_to_array func_get_args func_get_arg strtolower strtoupper ucfirst lcfirst ucwords
  mb_strtolower mb_strtoupper mb_substr mb_convert_encoding iconv mb_convert_case utf8_decode utf8_encode html_entity_decode
  htmlspecialchars htmlspecialchars_decode htmlentities nl2br strip_tags strtr chunk_split wordwrap str_pad str_repeat
  strstr stristr strrchr strchr substr_compare convert_uudecode convert_uuencode quoted_printable_decode
  quoted_printable_encode basename dirname realpath settype strval var_export print_r parse_url http_build_query
  array_key_first array_key_last max min get_magic_quotes_gpc stream_get_contents fread fgets fgetss fgetc file
  stream_get_line str_word_count nl_langinfo money_format quotemeta preg_quote ctype_alnum_ simplexml_load_string
  yaml_parse array_product array_sum_ iconv_substr mb_strcut array_walk array_walk_recursive similar_text_ crypt_ idn_to_ascii
  mb_decode_numericentity mb_decode_mimeheader imap_base64 imap_qprint igbinary_unserialize msgpack_unpack gmp_strval
  ucwords lcg_ create_function_ array_map_ hebrev convert_cyr_string array_flip recode_string get_object_vars
  filter_var filter_var_array`)

/** Looking at a value with these means that not just anything is let through. */
export const validators = words(`
  in_array array_key_exists key_exists ctype_alnum ctype_alpha ctype_digit ctype_xdigit is_numeric is_int
  wp_verify_nonce check_admin_referer escapeshellarg escapeshellcmd`)

/** With these an uploaded file's kind is looked at. */
export const uploadChecks = words(`
  pathinfo strrchr explode end in_array preg_match getimagesize finfo_file mime_content_type exif_imagetype ereg eregi
  split strpos stripos substr strtolower array_key_exists getimagesizefromstring imagecreatefromjpeg imagecreatefrompng
  is_image preg_replace str_ends_with`)

/** Return what another host sends. */
export const remoteReaders = words(
  'curl_exec curl_multi_getcontent wp_remote_get http_get wp_remote_retrieve_body',
)

/** Return what a file holds. */
export const fileReaders = words(`
  file_get_contents file readfile_ fopen bzopen gzopen gzfile php_strip_whitespace highlight_file_ show_source_ dba_fetch
  shmop_read apc_fetch apcu_fetch`)

export const requestFunctions = words(`
  getallheaders apache_request_headers session_id get_headers_ filter_input filter_input_array http_get_request_body
  http_get_request_headers apache_getenv getenv_`)

/** Methods whose arguments are callbacks, whatever the object. */
export const callbackMethods = words(`
  uasort uksort usort createfunction sqlitecreatefunction createaggregate createcollation sqlitecreatecollation
  setuseridcallback registerphpfunctions apply map filter reduce walk`)
