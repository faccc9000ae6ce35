#!/bin/sh
# Collect every text of templates and views into the kk and ru catalogs (English is the msgid).
# `pybabel update` never guesses a translation here: a new text is empty until a person fills it.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
where=views/translations

"$bin/pybabel" --quiet extract -F "$where/babel.cfg" --project participation-budget --no-location \
    --sort-output --width 110 --add-comments "Translators:" -k lazy_gettext -k _l -k lazy_ngettext:1,2 \
    -o "$where/messages.pot" .
for language in kk ru; do
    po="$where/$language/LC_MESSAGES/messages.po"
    if [ -f "$po" ]; then
        "$bin/pybabel" --quiet update -i "$where/messages.pot" -o "$po" -l "$language" --no-fuzzy-matching \
            --ignore-obsolete --ignore-pot-creation-date --width 110
    else
        "$bin/pybabel" --quiet init -i "$where/messages.pot" -o "$po" -l "$language" --width 110
    fi
    echo "$po: $(grep -c '^msgid "' "$po") texts"
done
