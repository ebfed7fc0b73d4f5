#!/bin/sh
# From an account that owns nothing but its home to a placed order: clone, servers, release, rows, order. Needs git, make and Python 3.11.
#   sh deploy/from-nothing.sh REPOSITORY REF FOLDER BLUE_PORT GREEN_PORT
set -eu
repository=$1 ref=$2 folder=$3 blue=$4 green=$5
began=$(date +%s)
say() { echo "== $(( $(date +%s) - began )) s: $*"; }

mkdir -p "$folder"
git clone -q "$repository" "$folder/source" # a path or an address
cd "$folder/source"
git checkout -q "$ref"
say "cloned $(git rev-parse --short HEAD) as $(id -un) in $folder"
if [ -n "${VENV:-}" ]; then ln -s "$VENV" .venv; else make install; fi # VENV: an environment that is there, to save its minute
say "installed"
.venv/bin/python -m chaos.standins "$folder" > "$folder/standins.log" 2>&1 &
standins=$!
end() {
  for pid in "$folder"/tria/run/*/*.pid; do [ ! -e "$pid" ] || kill "$(cat "$pid")" 2>/dev/null || true; done
  kill $standins; wait $standins || true
}
trap end EXIT
for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  grep -q "servers of this host are up" "$folder/standins.log" 2>/dev/null && break
  kill -0 $standins || { cat "$folder/standins.log"; exit 1; }
  sleep 3
done
say "PostgreSQL, Valkey and the providers are there"
deploy() { .venv/bin/python -m deploy --services plain --root "$folder/tria" --settings "$folder/tria.env" --ports "$blue" "$green" ${VENV:+--venv "$VENV"} "$@"; }
flask_with_settings() { ( set -a; . "$folder/tria.env"; set +a; cd "$folder/tria/blue"; "${VENV:-.venv}/bin/python" -m flask "$@" ); }
( set -a; . "$folder/tria.env"; set +a
  .venv/bin/python -m flask db upgrade
  .venv/bin/python -m flask outlets import data/outlets.csv
  .venv/bin/python -m flask catalog import data/catalog.csv )
say "the schema, the outlets and the catalog are there"
deploy release HEAD --watch 6s
say "released"
( set -a; . "$folder/tria.env"; set +a
  curl -s -X POST -H "Authorization: Bearer $API_TOKEN" -H 'Content-Type: application/json' -H "Idempotency-Key: from-nothing-$began" \
    -d '{"message": "100 x 10 inch pizza box", "user_id": "from-nothing", "outlet_id": "CP-PR"}' "http://127.0.0.1:$blue/api/chatbot"; echo )
flask_with_settings orders list --limit 3
flask_with_settings ledger verify
deploy status
say "an order is placed"
flask_with_settings release-gate --tier mvp --logs "$folder/tria/run/blue"
say "the gate says GO"
