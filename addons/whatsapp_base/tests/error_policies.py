"""What must follow from each of Meta's error codes, transcribed from Meta's documents by area and not from our table.

Plain data, for the tests of the table (``tests/unit``) and of what happens in Odoo (``test_error_policies``).
"""

EXPECTED = {
    # the message alone
    "again_soon": [1, 2, 131000, 131016, 133004, 135000, 139102, 139103],
    "later": [613, 80008, 131208, 132069, 134101, 138013],
    "after_a_day": [130472, 131049],
    "fails": [
        *(100, 131008, 131009, 131020, 131030, 131041, 131044, 131047, 131051, 131052, 131053, 131055, 131059, 131060),
        *(131062, 131063, 131201, 131202, 131203, 131204, 131207, *range(131209, 131216)),
        *(132000, 132005, 132008, 132012, 132018, 134011, 134100, 134102, 137000),
        *(133005, 133006, 133008, 133009, 133016, 136024, 136025, 2200),
        *(138000, 138001, 138002, 138003, 138004, 138005, 138006, 138007, 138009, 138012, 138018),
        *(139000, 139001, 139002, 139003, 139004, 139100, 139101, *range(147001, 147006)),
        *(1752041, 200005, 200006, 200007, 2388001, 2388012, 2388019, 2388040, 2388047, 2388072, 2388073, 2388091),
        *(2388093, 2388103, 2388293, 2388299, *range(2494164, 2494180)),
        *(2593079, 2593085, 2593107, 2593108, 2593109),
    ],
    # the person
    "pair_waits": [131056],
    "unreachable_at_once": [130497, 131021],
    "unreachable_in_the_end": [131026],
    "no_marketing": [131050],
    # the template
    "template_stops": [132001, 132007, 132016, 132068],
    "template_pauses": [132015],
    # the number, the account, the app
    "number_slows_down": [130429],
    "number_later": [131057, 133015, 2494100],
    "account_later": [80007],
    "app_later": [4],
    "bulk_of_the_number_stops": [131048],
    "bulk_of_the_account_stops": [131064],
    "number_stops": [33, 131037, 131045, 133000, 133010],
    "account_stops": [368, 131031, 131042, 141006, 141010],
    "token": [0, 3, 10, 102, 190, 200, 463, 467, 131005],
}
CODES = [code for codes in EXPECTED.values() for code in codes]
