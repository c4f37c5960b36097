#!/usr/bin/env bash
# Bring the database to the state of this image: install the addons at the first time, upgrade them later.
set -euo pipefail

database=(--db_host "$HOST" --db_port "$PORT" --db_user "$USER" --db_password "$PASSWORD")
export PGHOST="$HOST" PGPORT="$PORT" PGUSER="$USER" PGPASSWORD="$PASSWORD"
modules="${MODULES:-}"
if [ -z "$modules" ]; then
    modules=$(cd /mnt/extra-addons && printf '%s\n' */__manifest__.py | cut -d/ -f1 | paste -sd,)
fi
demo=()
case ",${PROFILES:-}," in *,demo,*) demo=(--with-demo) ;; esac

exists=$(psql -X -A -t -d postgres -c "SELECT 1 FROM pg_database WHERE datname = 'odoo'")
installed=""
if [ "$exists" = 1 ]; then
    installed=$(psql -X -A -t -d odoo -c "SELECT to_regclass('ir_module_module')")
fi
if [ -z "$installed" ]; then
    echo "Installing $modules${demo:+ with demo data}; this takes a minute or two."
    exec odoo -d odoo -i "$modules" --stop-after-init --no-http "${demo[@]}" "${database[@]}"
fi
echo "Upgrading what has a newer version."
printf '[options]\naddons_path = /mnt/extra-addons\ndata_dir = /var/lib/odoo\ndb_host = %s\ndb_port = %s\ndb_user = %s\ndb_password = %s\n' \
    "$HOST" "$PORT" "$USER" "$PASSWORD" > /tmp/setup.conf
exec odoo module upgrade -c /tmp/setup.conf -d odoo --outdated all
