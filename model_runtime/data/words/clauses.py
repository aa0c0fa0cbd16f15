"""Clauses: what one may do with anything, by action; with a named part; from hand to hand.

Verbs that follow the subject are marked with *, for "The right hand lifts ...". {it} is the object named before.
"""

from . import group

CLAUSES = {
    "lift": group(
        "*lift {obj} | *lift up {obj} | *lift {obj} up | *pick up {obj} | *pick {obj} up | *raise {obj} |"
        "*take {obj} | *grab {obj} and *lift {it} | *take {obj} from the table | *lift {obj} into the air |"
        "*hold {obj} up | *pick up {obj} from the table | *raise {obj} off the table | *get {obj}",
        "*hoist {obj} | *lift {obj} off the table",
    ),
    "place": group(
        "*place {obj} | *put {obj} down | *put down {obj} | *set {obj} down | *move {obj} |"
        "*place {obj} on the table | *pick up {obj} and *put {it} down | *put {obj} somewhere else |"
        "*move {obj} to another place | *lift {obj} and *place {it} elsewhere | *relocate {obj} |"
        "*put {obj} in another spot | *take {obj} and *put {it} somewhere else",
        "*lay {obj} down | *pick {obj} up and *set {it} back on the table",
    ),
    "pass": group(
        "*pass {obj} | *pass {obj} to someone | *give {obj} to someone | *offer {obj} | *hand {obj} to someone |"
        "*pass {obj} to another person | *offer {obj} to somebody | *extend {obj} to someone |"
        "*hold {obj} out to someone | *pick up {obj} and *give {it} away | *give away {obj} |"
        "*pick up {obj} and *pass {it} to someone",
        "*present {obj} to someone | *take {obj} and *pass {it} to a friend",
    ),
    "inspect": group(
        "*inspect {obj} | *look at {obj} | *examine {obj} | *look at {obj} from all sides | *check {obj} |"
        "*pick up {obj} and *look at {it} | *lift {obj} and *inspect {it} | *turn {obj} around to look at {it} |"
        "*study {obj} | *take {obj} and *examine {it} | *view {obj} closely | *have a look at {obj} |"
        "*have a close look at {obj}",
        "*scrutinise {obj} | *pick {obj} up and *inspect {it}",
    ),
    "shake": group(
        "*shake {obj} | *give {obj} a shake | *pick up {obj} and *shake {it} | *rattle {obj} | *shake up {obj} |"
        "*take {obj} and *shake {it} | *lift {obj} and *shake {it} | *give {obj} a good shake",
        "*jiggle {obj} | *grab {obj} and *give {it} a shake",
    ),
    "drink": group(
        "*drink from {obj} | *drink out of {obj} | *sip from {obj} | *take a sip from {obj} |"
        "*take a drink from {obj} | *pick up {obj} and *drink | *pick up {obj} and *drink from {it} |"
        "*lift {obj} and *take a sip | *raise {obj} to the mouth and *drink | *bring {obj} to the lips |"
        "*have a drink from {obj} | *take {obj} and *drink",
        "*have a sip out of {obj} | *grab {obj} and *drink from {it}",
    ),
    "eat": group(
        "*eat {obj} | *eat some of {obj} | *take a bite of {obj} | *bring {obj} to the mouth |"
        "*pick up {obj} and *eat {it} | *lift {obj} to the mouth and *eat | *take {obj} and *take a bite |"
        "*have a bite of {obj}",
        "*munch on {obj} | *grab {obj} and *eat {it}",
    ),
    "pour": group(
        "*pour from {obj} | *pour out {obj} | *pour {obj} out | *pour with {obj} | *empty {obj} |"
        "*pick up {obj} and *pour | *take {obj} and *pour {it} out | *tilt {obj} to pour | *tip {obj} over to pour |"
        "*pour something out of {obj} | *lift {obj} and *pour | *pour some water from {obj} |"
        "*serve a drink from {obj}",
        "*decant something from {obj} | *pick {obj} up and *pour from {it}",
    ),
    "toast": group(
        "*toast with {obj} | *raise {obj} to toast | *raise {obj} for a toast | *make a toast with {obj} |"
        "*say cheers with {obj} | *pick up {obj} and *toast | *lift {obj} to say cheers | *toast someone with {obj}",
        "*propose a toast with {obj} | *take {obj} and *say cheers",
    ),
    "brush": group(
        "*brush with {obj} | *brush something with {obj} | *use {obj} to brush | *pick up {obj} and *brush |"
        "*take {obj} and *brush with {it} | *do some brushing with {obj}",
        "*brush things using {obj} | *grab {obj} and *brush with {it}",
    ),
    "call": group(
        "*call with {obj} | *make a call with {obj} | *call someone with {obj} | *hold {obj} to the ear |"
        "*answer {obj} | *pick up {obj} and *make a call | *bring {obj} to the ear | *take a call on {obj} |"
        "*talk on {obj} | *take {obj} and *call someone",
        "*ring someone with {obj} | *pick {obj} up and *hold {it} to the ear",
    ),
    "cut": group(
        "*cut with {obj} | *cut something with {obj} | *use {obj} to cut | *slice with {obj} |"
        "*make a cut with {obj} | *pick up {obj} and *cut | *take {obj} and *cut something | *cut using {obj}",
        "*cut into something with {obj} | *grab {obj} and *cut with {it}",
    ),
    "chop": group(
        "*chop with {obj} | *chop something with {obj} | *use {obj} to chop | *pick up {obj} and *chop |"
        "*chop using {obj} | *take {obj} and *chop something",
        "*hack at something with {obj} | *grab {obj} and *chop with {it}",
    ),
    "peel": group(
        "*peel with {obj} | *use {obj} to peel | *peel something with {obj} | *pick up {obj} and *peel |"
        "*do some peeling with {obj}",
        "*peel away with {obj} | *take {obj} and *peel",
    ),
    "fly": group(
        "*fly {obj} | *make {obj} fly | *let {obj} fly through the air | *fly {obj} through the air |"
        "*play flying with {obj} | *pick up {obj} and *fly {it} around | *take {obj} and *make {it} fly |"
        "*move {obj} through the air",
        "*let {obj} soar | *lift {obj} and *fly {it} through the air",
    ),
    "squeeze": group(
        "*squeeze {obj} | *give {obj} a squeeze | *press {obj} together | *pick up {obj} and *squeeze {it} |"
        "*take {obj} and *squeeze {it} | *squeeze something out of {obj} | *compress {obj} | *squash {obj}",
        "*squish {obj} | *grab {obj} and *give {it} a squeeze",
    ),
    "stamp": group(
        "*stamp with {obj} | *stamp something with {obj} | *use {obj} to stamp | *stamp a paper with {obj} |"
        "*pick up {obj} and *stamp | *press {obj} onto the paper | *make a print with {obj}",
        "*put a stamp on the page with {obj} | *take {obj} and *stamp a letter",
    ),
    "staple": group(
        "*staple with {obj} | *staple some paper with {obj} | *use {obj} to staple |"
        "*staple the pages together with {obj} | *take {obj} and *staple the pages | *staple something with {obj}",
        "*fasten the sheets with {obj} | *grab {obj} and *staple some paper",
    ),
    "screw": group(
        "*screw with {obj} | *turn a screw with {obj} | *drive a screw with {obj} | *screw something in with {obj} |"
        "*take {obj} and *turn a screw | *use {obj} to screw | *pick up {obj} and *screw",
        "*tighten a screw with {obj} | *grab {obj} and *drive in a screw",
    ),
    "play": group(
        "*play with {obj} | *pick up {obj} and *play | *pick up {obj} and *play with {it} | *take {obj} and *play |"
        "*use {obj} to play | *have fun with {obj} | *enjoy playing with {obj}",
        "*play around with {obj} | *grab {obj} and *play with {it}",
    ),
    "set": group(
        "*set {obj} | *adjust {obj} | *set {obj} in place | *put {obj} in position | *set {obj} as {it} should be |"
        "*take {obj} and *set {it}",
        "*bring {obj} into position | *get {obj} set",
    ),
    "see": group(
        "*see {obj} | *lift {obj} to eye level | *hold {obj} in front of the face | *bring {obj} before the eyes |"
        "*pick up {obj} to see | *use {obj} to see | *hold {obj} where the eyes can see {it}",
        "*raise {obj} to the level of the eyes | *bring {obj} close to the eyes",
    ),
    "take picture": group(
        "*take picture with {obj} | *take a picture with {obj} | *take a photo with {obj} |"
        "*shoot a photo with {obj} | *photograph something with {obj} | *pick up {obj} and *take a picture |"
        "*use {obj} to take a photo | *take {obj} and *shoot a photo | *snap a photo with {obj}",
        "*capture a picture with {obj} | *grab {obj} and *photograph something",
    ),
    "wear": group(
        "*wear {obj} | *put on {obj} | *put {obj} on | *pick up {obj} and *put {it} on | *take {obj} and *wear {it} |"
        "*try on {obj} | *try {obj} on | *take {obj} and *put {it} on",
        "*slip on {obj} | *slip {obj} on",
    ),
    "browse": group(
        "*browse {obj} | *browse through {obj} | *browse on {obj} | *flick through {obj} |"
        "*look through what is on {obj} | *pick up {obj} and *browse | *take {obj} and *browse through {it}",
        "*thumb through {obj} | *go through {obj}",
    ),
    "cook": group(
        "*cook with {obj} | *cook something in {obj} | *use {obj} to cook | *cook a meal with {obj} |"
        "*prepare food with {obj} | *take {obj} and *cook | *pick up {obj} and *cook",
        "*make dinner with {obj} | *grab {obj} and *cook something",
    ),
    "clean": group(
        "*clean {obj} | *wipe {obj} | *rub {obj} clean | *polish {obj} | *wipe {obj} clean |"
        "*pick up {obj} and *clean {it} | *take {obj} and *wipe {it} | *dust {obj}",
        "*give {obj} a wipe | *wipe the dirt from {obj}",
    ),
    "use": group(
        "*use {obj} | *pick up {obj} and *use {it} | *work with {obj} | *take {obj} and *use {it} | *operate {obj} |"
        "*grab {obj} and *use {it} | *make use of {obj} | *put {obj} to use",
        "*pick {obj} up to use {it} | *employ {obj}",
    ),
    "switch on": group(
        "*switch on {obj} | *switch {obj} on | *turn on {obj} | *turn {obj} on | *power on {obj} | *activate {obj} |"
        "*press the switch of {obj} to turn {it} on | *take {obj} and *switch {it} on",
        "*power up {obj} | *flip {obj} on",
    ),
    "switch off": group(
        "*switch off {obj} | *switch {obj} off | *turn off {obj} | *turn {obj} off | *power off {obj} |"
        "*deactivate {obj} | *press the switch of {obj} to turn {it} off | *take {obj} and *switch {it} off",
        "*power down {obj} | *flip {obj} off",
    ),
    "open": group(
        "*open {obj} | *open up {obj} | *get {obj} open | *make {obj} open | *reach for {obj} and *open {it} |"
        "*grab {obj} and *open {it} | *take hold of {obj} and *open {it}",
        "*work {obj} open | *get hold of {obj} and *open {it}",
    ),
    "close": group(
        "*close {obj} | *shut {obj} | *close up {obj} | *make {obj} close | *reach for {obj} and *close {it} |"
        "*grab {obj} and *close {it} | *take hold of {obj} and *shut {it}",
        "*get {obj} closed | *get hold of {obj} and *close {it}",
    ),
    "turn": group(
        "*turn {obj} | *rotate {obj} | *twist {obj} | *give {obj} a turn | *reach for {obj} and *turn {it} |"
        "*grab {obj} and *turn {it} | *take hold of {obj} and *rotate {it}",
        "*swivel {obj} | *get hold of {obj} and *twist {it}",
    ),
    "grab": group(
        "*grab {obj} | *grasp {obj} | *take hold of {obj} | *reach for {obj} | *grip {obj} | *hold {obj} |"
        "*reach out for {obj} | *reach for {obj} and *grab {it} | *get a grip on {obj} | *seize {obj} | *take {obj}",
        "*clasp {obj} | *get hold of {obj}",
    ),
    "press": group(
        "*press {obj} | *press on {obj} | *push on {obj} | *press down on {obj} | *give {obj} a press |"
        "*reach for {obj} and *press {it}",
        "*apply pressure to {obj} | *reach over and *press {obj}",
    ),
    "tap": group(
        "*tap {obj} | *tap on {obj} | *tap against {obj} | *touch {obj} with a tap | *give {obj} a tap |"
        "*knock on {obj} | *reach for {obj} and *tap {it}",
        "*rap on {obj} | *drum on {obj} | *reach over and *tap {obj} | *rap {obj}",
    ),
    "push": group(
        "*push {obj} | *shove {obj} | *push {obj} along | *push {obj} across the table | *move {obj} with a push |"
        "*push against {obj} | *reach for {obj} and *push {it} | *nudge {obj}",
        "*make {obj} move by pushing | *reach over and *push {obj}",
    ),
    "slide": group(
        "*slide {obj} | *slide {obj} along | *slide {obj} across the table | *drag {obj} |"
        "*move {obj} over the table | *reach for {obj} and *slide {it} | *shift {obj} |"
        "*move {obj} without lifting {it}",
        "*let {obj} glide over the table | *reach over and *slide {obj}",
    ),
    # a push or a slide towards the body
    "pull": group("*pull {obj} | *draw {obj} | *pull {obj} in | *drag {obj}", "*tug {obj} | *haul {obj} in"),
}  # fmt: skip

# The part that is acted on; lids and doors only for "open" and "close".
PART_CLAUSES = {
    "press": group(
        "*press the {part} of {obj} | *press the {part} on {obj} | *push the {part} of {obj}",
        "*hit the {part} of {obj}",
    ),
    "tap": group("*tap the {part} of {obj} | *tap on the {part} of {obj}", "*rap the {part} of {obj}"),
    "push": group("*push the {part} of {obj} | *push {obj} at the {part}", "*shove the {part} of {obj}"),
    "turn": group(
        "*turn the {part} of {obj} | *twist the {part} of {obj} | *rotate the {part} of {obj}",
        "*swivel the {part} of {obj}",
    ),
    "open": group("*open the {part} of {obj} | *open {obj} by the {part}", "*get the {part} of {obj} open"),
    "close": group(
        "*close the {part} of {obj} | *shut the {part} of {obj} | *close {obj} by the {part}",
        "*get the {part} of {obj} shut",
    ),
    "grab": group(
        "*grab the {part} of {obj} | *grasp the {part} of {obj} | *take hold of the {part} of {obj} |"
        "*reach for the {part} of {obj}",
        "*clasp the {part} of {obj}",
    ),
}  # fmt: skip
LIDS = ("lid", "cap", "cover", "door", "top lid", "flap")
# Parts that are no target of a press or a turn
UNNAMED = ("surface", "body", "bottom", "base", "back", "edges", "barrel", "sides", "blade", "ring")

# From hand to hand. {one} and {other} are the giving and the taking side.
GIVING = group(
    "*hand over {obj} from the {one} hand to the {other} hand | *pass {obj} from your {one} hand to your {other} |"
    "*hand {obj} over from {one} to {other} hand | *move {obj} from the {one} to the {other} hand |"
    "*pick up {obj} with the {one} hand and *pass {it} to the {other} hand |"
    "*take {obj} with the {one} hand and *hand {it} over to the {other} |"
    "*give {obj} from your {one} hand to your {other} hand | *switch {obj} from the {one} hand to the {other} |"
    "*put {obj} from the {one} hand into the {other} hand | *hand {obj} over to the {other} hand |"
    "*pass {obj} to the {other} hand | *give {obj} to the {other} hand | *put {obj} into the {other} hand |"
    "*reach for {obj} with the {one} hand, *pick {it} up and *hand {it} over to the {other} hand |"
    "*lift {obj} with the {one} hand, then *pass {it} over to the {other} hand |"
    "*hold {obj} in the {one} hand and *take {it} over with the {other} hand",
    "*transfer {obj} from the {one} hand to the {other} |"
    "*grab {obj} with the {one} hand and *transfer {it} to the {other} hand",
)
SWAPPING = group(
    "*hand over {obj} | *hand {obj} over | *hand over {obj} with both hands |"
    "*pass {obj} from one hand to the other | *move {obj} from hand to hand | *swap hands on {obj} |"
    "*pass {obj} between both hands | *pick up {obj} and *change hands | *give {obj} from one hand to the other |"
    "*pick up {obj} and *pass {it} to the other hand | *hand {obj} over to the other hand",
    "*shift {obj} over into the other hand | *transfer {obj} to the other hand",
)
