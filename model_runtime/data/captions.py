"""Captions for generated clips: what a user might type for an action, an object, the part held and the hands.

A caption is a clause ("pick up {obj}") in a frame ("Use your right hand to pick up the mug."). Some clauses and frames
are reserved: a caption of split "test" has at least one of them, a caption of split "train" has none, so wordings of
the two splits never coincide. How, which way and how often is said only where the clip's details say so. Everything is
drawn from the generator that is passed in: the same state, the same text.
"""

import re

from ..importing import wording

SPLITS = ("train", "test")


def _group(train, test):
    """{"train": wordings, "test": wordings never trained on}, both given as one string with "|" between wordings."""
    return {split: tuple(w.strip() for w in words.split("|")) for split, words in (("train", train), ("test", test))}


# Verbs that follow the subject are marked with *, for "The right hand lifts ...". {it} is the object named before.
CLAUSES = {
    "lift": _group(
        "*lift {obj} | *lift up {obj} | *lift {obj} up | *pick up {obj} | *pick {obj} up | *raise {obj} |"
        "*take {obj} | *grab {obj} and *lift {it} | *take {obj} from the table | *lift {obj} into the air |"
        "*hold {obj} up | *pick up {obj} from the table | *raise {obj} off the table | *get {obj}",
        "*hoist {obj} | *lift {obj} off the table",
    ),
    "place": _group(
        "*place {obj} | *put {obj} down | *put down {obj} | *set {obj} down | *move {obj} |"
        "*place {obj} on the table | *pick up {obj} and *put {it} down | *put {obj} somewhere else |"
        "*move {obj} to another place | *lift {obj} and *place {it} elsewhere | *relocate {obj} |"
        "*put {obj} in another spot | *take {obj} and *put {it} somewhere else",
        "*lay {obj} down | *pick {obj} up and *set {it} back on the table",
    ),
    "pass": _group(
        "*pass {obj} | *pass {obj} to someone | *give {obj} to someone | *offer {obj} | *hand {obj} to someone |"
        "*pass {obj} to another person | *offer {obj} to somebody | *extend {obj} to someone |"
        "*hold {obj} out to someone | *pick up {obj} and *give {it} away | *give away {obj} |"
        "*pick up {obj} and *pass {it} to someone",
        "*present {obj} to someone | *take {obj} and *pass {it} to a friend",
    ),
    "inspect": _group(
        "*inspect {obj} | *look at {obj} | *examine {obj} | *look at {obj} from all sides | *check {obj} |"
        "*pick up {obj} and *look at {it} | *lift {obj} and *inspect {it} | *turn {obj} around to look at {it} |"
        "*study {obj} | *take {obj} and *examine {it} | *view {obj} closely | *have a look at {obj} |"
        "*have a close look at {obj}",
        "*scrutinise {obj} | *pick {obj} up and *inspect {it}",
    ),
    "shake": _group(
        "*shake {obj} | *give {obj} a shake | *pick up {obj} and *shake {it} | *rattle {obj} | *shake up {obj} |"
        "*take {obj} and *shake {it} | *lift {obj} and *shake {it} | *give {obj} a good shake",
        "*jiggle {obj} | *grab {obj} and *give {it} a shake",
    ),
    "drink": _group(
        "*drink from {obj} | *drink out of {obj} | *sip from {obj} | *take a sip from {obj} |"
        "*take a drink from {obj} | *pick up {obj} and *drink | *pick up {obj} and *drink from {it} |"
        "*lift {obj} and *take a sip | *raise {obj} to the mouth and *drink | *bring {obj} to the lips |"
        "*have a drink from {obj} | *take {obj} and *drink",
        "*have a sip out of {obj} | *grab {obj} and *drink from {it}",
    ),
    "eat": _group(
        "*eat {obj} | *eat some of {obj} | *take a bite of {obj} | *bring {obj} to the mouth |"
        "*pick up {obj} and *eat {it} | *lift {obj} to the mouth and *eat | *take {obj} and *take a bite |"
        "*have a bite of {obj}",
        "*munch on {obj} | *grab {obj} and *eat {it}",
    ),
    "pour": _group(
        "*pour from {obj} | *pour out {obj} | *pour {obj} out | *pour with {obj} | *empty {obj} |"
        "*pick up {obj} and *pour | *take {obj} and *pour {it} out | *tilt {obj} to pour | *tip {obj} over to pour |"
        "*pour something out of {obj} | *lift {obj} and *pour | *pour some water from {obj} |"
        "*serve a drink from {obj}",
        "*decant something from {obj} | *pick {obj} up and *pour from {it}",
    ),
    "toast": _group(
        "*toast with {obj} | *raise {obj} to toast | *raise {obj} for a toast | *make a toast with {obj} |"
        "*say cheers with {obj} | *pick up {obj} and *toast | *lift {obj} to say cheers | *toast someone with {obj}",
        "*propose a toast with {obj} | *take {obj} and *say cheers",
    ),
    "brush": _group(
        "*brush with {obj} | *brush something with {obj} | *use {obj} to brush | *pick up {obj} and *brush |"
        "*take {obj} and *brush with {it} | *do some brushing with {obj}",
        "*brush things using {obj} | *grab {obj} and *brush with {it}",
    ),
    "call": _group(
        "*call with {obj} | *make a call with {obj} | *call someone with {obj} | *hold {obj} to the ear |"
        "*answer {obj} | *pick up {obj} and *make a call | *bring {obj} to the ear | *take a call on {obj} |"
        "*talk on {obj} | *take {obj} and *call someone",
        "*ring someone with {obj} | *pick {obj} up and *hold {it} to the ear",
    ),
    "cut": _group(
        "*cut with {obj} | *cut something with {obj} | *use {obj} to cut | *slice with {obj} |"
        "*make a cut with {obj} | *pick up {obj} and *cut | *take {obj} and *cut something | *cut using {obj}",
        "*cut into something with {obj} | *grab {obj} and *cut with {it}",
    ),
    "chop": _group(
        "*chop with {obj} | *chop something with {obj} | *use {obj} to chop | *pick up {obj} and *chop |"
        "*chop using {obj} | *take {obj} and *chop something",
        "*hack at something with {obj} | *grab {obj} and *chop with {it}",
    ),
    "peel": _group(
        "*peel with {obj} | *use {obj} to peel | *peel something with {obj} | *pick up {obj} and *peel |"
        "*do some peeling with {obj}",
        "*peel away with {obj} | *take {obj} and *peel",
    ),
    "fly": _group(
        "*fly {obj} | *make {obj} fly | *let {obj} fly through the air | *fly {obj} through the air |"
        "*play flying with {obj} | *pick up {obj} and *fly {it} around | *take {obj} and *make {it} fly |"
        "*move {obj} through the air",
        "*let {obj} soar | *lift {obj} and *fly {it} through the air",
    ),
    "squeeze": _group(
        "*squeeze {obj} | *give {obj} a squeeze | *press {obj} together | *pick up {obj} and *squeeze {it} |"
        "*take {obj} and *squeeze {it} | *squeeze something out of {obj} | *compress {obj} | *squash {obj}",
        "*squish {obj} | *grab {obj} and *give {it} a squeeze",
    ),
    "stamp": _group(
        "*stamp with {obj} | *stamp something with {obj} | *use {obj} to stamp | *stamp a paper with {obj} |"
        "*pick up {obj} and *stamp | *press {obj} onto the paper | *make a print with {obj}",
        "*put a stamp on the page with {obj} | *take {obj} and *stamp a letter",
    ),
    "staple": _group(
        "*staple with {obj} | *staple some paper with {obj} | *use {obj} to staple |"
        "*staple the pages together with {obj} | *take {obj} and *staple the pages | *staple something with {obj}",
        "*fasten the sheets with {obj} | *grab {obj} and *staple some paper",
    ),
    "screw": _group(
        "*screw with {obj} | *turn a screw with {obj} | *drive a screw with {obj} | *screw something in with {obj} |"
        "*take {obj} and *turn a screw | *use {obj} to screw | *pick up {obj} and *screw",
        "*tighten a screw with {obj} | *grab {obj} and *drive in a screw",
    ),
    "play": _group(
        "*play with {obj} | *pick up {obj} and *play | *pick up {obj} and *play with {it} | *take {obj} and *play |"
        "*use {obj} to play | *have fun with {obj} | *enjoy playing with {obj}",
        "*play around with {obj} | *grab {obj} and *play with {it}",
    ),
    "set": _group(
        "*set {obj} | *adjust {obj} | *set {obj} in place | *put {obj} in position | *set {obj} as {it} should be |"
        "*take {obj} and *set {it}",
        "*bring {obj} into position | *get {obj} set",
    ),
    "see": _group(
        "*see {obj} | *lift {obj} to eye level | *hold {obj} in front of the face | *bring {obj} before the eyes |"
        "*pick up {obj} to see | *use {obj} to see | *hold {obj} where the eyes can see {it}",
        "*raise {obj} to the level of the eyes | *bring {obj} close to the eyes",
    ),
    "take picture": _group(
        "*take picture with {obj} | *take a picture with {obj} | *take a photo with {obj} |"
        "*shoot a photo with {obj} | *photograph something with {obj} | *pick up {obj} and *take a picture |"
        "*use {obj} to take a photo | *take {obj} and *shoot a photo | *snap a photo with {obj}",
        "*capture a picture with {obj} | *grab {obj} and *photograph something",
    ),
    "wear": _group(
        "*wear {obj} | *put on {obj} | *put {obj} on | *pick up {obj} and *put {it} on | *take {obj} and *wear {it} |"
        "*try on {obj} | *try {obj} on | *take {obj} and *put {it} on",
        "*slip on {obj} | *slip {obj} on",
    ),
    "browse": _group(
        "*browse {obj} | *browse through {obj} | *browse on {obj} | *flick through {obj} |"
        "*look through what is on {obj} | *pick up {obj} and *browse | *take {obj} and *browse through {it}",
        "*thumb through {obj} | *go through {obj}",
    ),
    "cook": _group(
        "*cook with {obj} | *cook something in {obj} | *use {obj} to cook | *cook a meal with {obj} |"
        "*prepare food with {obj} | *take {obj} and *cook | *pick up {obj} and *cook",
        "*make dinner with {obj} | *grab {obj} and *cook something",
    ),
    "clean": _group(
        "*clean {obj} | *wipe {obj} | *rub {obj} clean | *polish {obj} | *wipe {obj} clean |"
        "*pick up {obj} and *clean {it} | *take {obj} and *wipe {it} | *dust {obj}",
        "*give {obj} a wipe | *wipe the dirt from {obj}",
    ),
    "use": _group(
        "*use {obj} | *pick up {obj} and *use {it} | *work with {obj} | *take {obj} and *use {it} | *operate {obj} |"
        "*grab {obj} and *use {it} | *make use of {obj} | *put {obj} to use",
        "*pick {obj} up to use {it} | *employ {obj}",
    ),
    "switch on": _group(
        "*switch on {obj} | *switch {obj} on | *turn on {obj} | *turn {obj} on | *power on {obj} | *activate {obj} |"
        "*press the switch of {obj} to turn {it} on | *take {obj} and *switch {it} on",
        "*power up {obj} | *flip {obj} on",
    ),
    "switch off": _group(
        "*switch off {obj} | *switch {obj} off | *turn off {obj} | *turn {obj} off | *power off {obj} |"
        "*deactivate {obj} | *press the switch of {obj} to turn {it} off | *take {obj} and *switch {it} off",
        "*power down {obj} | *flip {obj} off",
    ),
    "open": _group(
        "*open {obj} | *open up {obj} | *get {obj} open | *make {obj} open | *reach for {obj} and *open {it} |"
        "*grab {obj} and *open {it} | *take hold of {obj} and *open {it}",
        "*work {obj} open | *get hold of {obj} and *open {it}",
    ),
    "close": _group(
        "*close {obj} | *shut {obj} | *close up {obj} | *make {obj} close | *reach for {obj} and *close {it} |"
        "*grab {obj} and *close {it} | *take hold of {obj} and *shut {it}",
        "*get {obj} closed | *get hold of {obj} and *close {it}",
    ),
    "turn": _group(
        "*turn {obj} | *rotate {obj} | *twist {obj} | *give {obj} a turn | *reach for {obj} and *turn {it} |"
        "*grab {obj} and *turn {it} | *take hold of {obj} and *rotate {it}",
        "*swivel {obj} | *get hold of {obj} and *twist {it}",
    ),
    "grab": _group(
        "*grab {obj} | *grasp {obj} | *take hold of {obj} | *reach for {obj} | *grip {obj} | *hold {obj} |"
        "*reach out for {obj} | *reach for {obj} and *grab {it} | *get a grip on {obj} | *seize {obj} | *take {obj}",
        "*clasp {obj} | *get hold of {obj}",
    ),
    "press": _group(
        "*press {obj} | *press on {obj} | *push on {obj} | *press down on {obj} | *give {obj} a press |"
        "*reach for {obj} and *press {it}",
        "*apply pressure to {obj} | *reach over and *press {obj}",
    ),
    "tap": _group(
        "*tap {obj} | *tap on {obj} | *tap against {obj} | *touch {obj} with a tap | *give {obj} a tap |"
        "*knock on {obj} | *reach for {obj} and *tap {it}",
        "*rap on {obj} | *drum on {obj} | *reach over and *tap {obj} | *rap {obj}",
    ),
    "push": _group(
        "*push {obj} | *shove {obj} | *push {obj} along | *push {obj} across the table | *move {obj} with a push |"
        "*push against {obj} | *reach for {obj} and *push {it} | *nudge {obj}",
        "*make {obj} move by pushing | *reach over and *push {obj}",
    ),
    "slide": _group(
        "*slide {obj} | *slide {obj} along | *slide {obj} across the table | *drag {obj} |"
        "*move {obj} over the table | *reach for {obj} and *slide {it} | *shift {obj} |"
        "*move {obj} without lifting {it}",
        "*let {obj} glide over the table | *reach over and *slide {obj}",
    ),
    # a push or a slide towards the body
    "pull": _group("*pull {obj} | *draw {obj} | *pull {obj} in | *drag {obj}", "*tug {obj} | *haul {obj} in"),
}  # fmt: skip

# What an action means for a family, or for what its name ends with ("espresso machine"); it joins the clauses above.
SPECIFIC = {
    ("hammer", "use"): _group(
        "*hammer with {obj} | *strike with {obj} | *hit a nail with {obj} | *swing {obj} |"
        "*drive in a nail with {obj} | *pick up {obj} and *hit a nail | *take {obj} and *hammer |"
        "*hammer in a nail with {obj}",
        "*pound a nail with {obj} | *grab {obj} and *strike a nail",
    ),
    ("knife", "cut"): _group(
        "*slice some bread with {obj} | *cut bread with {obj} | *take {obj} and *slice something",
        "*carve with {obj}",
    ),
    ("knife", "chop"): _group("*chop vegetables with {obj} | *chop an onion with {obj}", "*dice a carrot with {obj}"),
    ("knife", "peel"): _group(
        "*peel an apple with {obj} | *peel a potato with {obj} | *take the skin off with {obj}",
        "*skin a fruit with {obj}",
    ),
    ("knife", "use"): _group("*cut with {obj} | *slice with {obj} | *cut something with {obj}", "*carve with {obj}"),
    ("torch", "switch on"): _group(
        "*turn on the light of {obj} | *make light with {obj} | *switch on the light of {obj} | *light up {obj} |"
        "*pick up {obj} and *turn on the light",
        "*get some light from {obj}",
    ),
    ("torch", "switch off"): _group(
        "*turn off the light of {obj} | *put out {obj} | *switch off the light of {obj}",
        "*put out the light of {obj}",
    ),
    ("torch", "use"): _group(
        "*shine {obj} | *point {obj} | *light the way with {obj} | *shine a light with {obj}",
        "*beam a light with {obj}",
    ),
    ("pan", "cook"): _group(
        "*fry with {obj} | *fry an egg in {obj} | *flip a pancake in {obj} | *toss the food in {obj}",
        "*scramble some eggs in {obj}",
    ),
    ("pan", "use"): _group(
        "*fry with {obj} | *toss {obj} | *cook with {obj} | *flip a pancake in {obj}",
        "*scramble some eggs in {obj}",
    ),
    ("screwdriver", "use"): _group(
        "*turn a screw with {obj} | *screw with {obj} | *drive a screw with {obj}",
        "*tighten a screw with {obj}",
    ),
    ("spray", "use"): _group(
        "*spray with {obj} | *squirt {obj} | *spray something with {obj} | *pull the trigger of {obj}",
        "*mist the air with {obj}",
    ),
    ("spray", "squeeze"): _group(
        "*spray with {obj} | *squirt {obj} | *squeeze the trigger of {obj} | *spray something with {obj}",
        "*mist the air with {obj}",
    ),
    ("phone", "call"): _group(
        "*phone someone with {obj} | *have a phone call with {obj}",
        "*speak to someone on {obj}",
    ),
    ("phone", "use"): _group(
        "*call with {obj} | *make a call with {obj} | *read from {obj} | *type on {obj}",
        "*text someone with {obj}",
    ),
    ("phone", "browse"): _group(
        "*scroll on {obj} | *swipe on {obj} | *browse the web on {obj} | *check the messages on {obj}",
        "*surf on {obj}",
    ),
    ("book", "browse"): _group(
        "*leaf through {obj} | *turn the pages of {obj} | *read {obj} | *read in {obj}",
        "*flip through the pages of {obj}",
    ),
    ("book", "use"): _group("*read {obj} | *read from {obj}", "*read a page of {obj}"),
    ("book", "open"): _group(
        "*open the cover of {obj} | *turn over the cover of {obj} | *fold {obj} open",
        "*lay {obj} open",
    ),
    ("book", "close"): _group("*close the cover of {obj} | *fold {obj} shut", "*clap {obj} shut"),
    ("camera", "use"): _group(
        "*take a picture with {obj} | *photograph something with {obj} | *shoot a photo with {obj}",
        "*capture a picture with {obj}",
    ),
    ("camera", "see"): _group(
        "*look through the finder of {obj} | *look through {obj} | *hold {obj} to the eye |"
        "*pick up {obj} and *look through {it}",
        "*peer through {obj}",
    ),
    ("camera", "browse"): _group(
        "*look through the pictures on {obj} | *review the photos on {obj}",
        "*go through the shots on {obj}",
    ),
    ("brush", "brush"): _group("*paint with {obj} | *paint a wall with {obj}", "*apply paint with {obj}"),
    ("brush", "use"): _group("*brush with {obj} | *paint with {obj}", "*apply paint with {obj}"),
    ("toothbrush", "brush"): _group(
        "*brush the teeth with {obj} | *brush teeth with {obj} | *clean the teeth with {obj} |"
        "*pick up {obj} and *brush the teeth | *take {obj} and *brush the teeth",
        "*scrub the teeth with {obj}",
    ),
    ("toothbrush", "use"): _group(
        "*brush the teeth with {obj} | *clean the teeth with {obj}",
        "*scrub the teeth with {obj}",
    ),
    ("toothpaste", "squeeze"): _group(
        "*squeeze out {obj} | *squeeze {obj} out of the tube | *squeeze some of {obj} out",
        "*press some of {obj} out",
    ),
    ("ketchup", "squeeze"): _group("*squirt {obj} | *squeeze some sauce out of {obj}", "*get some sauce out of {obj}"),
    ("eyeglasses", "wear"): _group(
        "*put {obj} on the nose | *pick up {obj} and *put {it} on the face | *set {obj} on the nose",
        "*slide {obj} onto the nose",
    ),
    ("eyeglasses", "clean"): _group(
        "*wipe the lenses of {obj} | *polish the lenses of {obj} | *clean the lenses of {obj}",
        "*rub the lenses of {obj}",
    ),
    ("eyeglasses", "open"): _group(
        "*unfold {obj} | *fold {obj} open | *open the temples of {obj}",
        "*spread {obj} open",
    ),
    ("eyeglasses", "close"): _group(
        "*fold {obj} | *fold {obj} together | *close the temples of {obj}",
        "*collapse {obj}",
    ),
    ("headphones", "wear"): _group(
        "*put {obj} over the ears | *put {obj} on the head | *pick up {obj} and *put {it} over the ears",
        "*pull {obj} over the ears",
    ),
    ("headphones", "use"): _group("*put on {obj} | *listen with {obj} | *put {obj} on", "*pull {obj} over the ears"),
    ("hat", "wear"): _group("*put {obj} on the head", "*pull {obj} onto the head"),
    ("watch", "wear"): _group("*put {obj} on the wrist | *strap {obj} on", "*fasten {obj} around the wrist"),
    ("watch", "set"): _group(
        "*set the time of {obj} | *turn the crown of {obj} | *wind {obj}",
        "*correct the time of {obj}",
    ),
    ("watch", "see"): _group(
        "*check the time on {obj} | *read the time from {obj} | *look at {obj} | *see the time on {obj}",
        "*find out the time from {obj}",
    ),
    ("clock", "see"): _group(
        "*check the time on {obj} | *read the time from {obj} | *look at {obj} | *see the time on {obj}",
        "*find out the time from {obj}",
    ),
    ("clock", "set"): _group(
        "*set the alarm of {obj} | *set the alarm on {obj} | *adjust the time of {obj}",
        "*correct the time of {obj}",
    ),
    ("clock", "switch off"): _group(
        "*turn off the alarm of {obj} | *stop the alarm of {obj} | *silence {obj}",
        "*make {obj} be quiet",
    ),
    ("binoculars", "see"): _group(
        "*look through {obj} | *raise {obj} to the eyes | *watch something through {obj} |"
        "*pick up {obj} and *look through {it} | *hold {obj} to the eyes",
        "*peer through {obj}",
    ),
    ("binoculars", "use"): _group("*look through {obj} | *watch something through {obj}", "*peer through {obj}"),
    ("scissors", "cut"): _group(
        "*cut paper with {obj} | *snip with {obj} | *cut a ribbon with {obj} | *snip something with {obj}",
        "*trim something with {obj}",
    ),
    ("scissors", "use"): _group(
        "*cut with {obj} | *cut paper with {obj} | *snip with {obj}",
        "*trim something with {obj}",
    ),
    ("stapler", "use"): _group("*staple with {obj} | *staple some paper with {obj}", "*fasten the sheets with {obj}"),
    ("stapler", "press"): _group("*staple with {obj} | *staple some paper with {obj}", "*fasten the sheets with {obj}"),
    ("stamp", "use"): _group("*stamp with {obj} | *stamp a paper with {obj}", "*put a stamp on the page with {obj}"),
    ("fruit", "eat"): _group(
        "*bite into {obj} | *take a bite from {obj} | *take a bite out of {obj} | *bite off a piece of {obj}",
        "*sink the teeth into {obj}",
    ),
    ("bowl", "eat"): _group(
        "*eat from {obj} | *eat out of {obj} | *pick up {obj} and *eat from {it} | *bring {obj} to the mouth",
        "*have a meal from {obj}",
    ),
    ("fruit", "peel"): _group(
        "*peel {obj} | *pull the peel off {obj} | *take the peel off {obj} | *pick up {obj} and *peel {it} |"
        "*peel off the skin of {obj} | *remove the skin of {obj} | *take {obj} and *peel {it}",
        "*strip the peel from {obj} | *skin {obj}",
    ),
    ("laptop", "open"): _group(
        "*open the lid of {obj} | *flip {obj} open | *lift the screen of {obj} | *fold {obj} open |"
        "*flip up the screen of {obj}",
        "*fold up the lid of {obj}",
    ),
    ("laptop", "close"): _group(
        "*close the lid of {obj} | *fold {obj} shut | *fold down the screen of {obj} | *flip {obj} shut",
        "*lower the lid of {obj}",
    ),
    ("laptop", "browse"): _group(
        "*browse the web on {obj} | *scroll on {obj} | *surf the web on {obj}",
        "*read the news on {obj}",
    ),
    ("microwave", "open"): _group(
        "*open the door of {obj} | *pull open the door of {obj}",
        "*swing open the door of {obj}",
    ),
    ("microwave", "close"): _group(
        "*close the door of {obj} | *shut the door of {obj}",
        "*swing the door of {obj} shut",
    ),
    ("door", "open"): _group("*pull {obj} open | *swing {obj} open", "*get {obj} to swing open"),
    ("door", "push"): _group(
        "*push {obj} | *push against {obj} | *shove {obj} | *reach for {obj} and *push {it}",
        "*make {obj} swing | *lean on {obj}",
    ),
    ("door", "close"): _group("*push {obj} shut | *swing {obj} shut | *pull {obj} to", "*get {obj} to swing shut"),
    ("door knob", "turn"): _group("*turn {obj} | *rotate {obj} | *work {obj}", "*give {obj} a twist"),
    ("door knob", "use"): _group("*turn {obj} | *rotate {obj} | *open the door with {obj}", "*give {obj} a twist"),
    ("jar", "open"): _group(
        "*unscrew the lid of {obj} | *twist the lid off {obj} | *take the lid off {obj} | *unscrew {obj} |"
        "*screw the lid off {obj} | *twist {obj} open",
        "*loosen the lid of {obj}",
    ),
    ("jar", "close"): _group(
        "*screw the lid onto {obj} | *close the lid of {obj} | *put the lid on {obj} | *screw {obj} shut",
        "*tighten the lid of {obj}",
    ),
    ("bottle", "open"): _group(
        "*unscrew the cap of {obj} | *twist the cap off {obj} | *take the cap off {obj} | *unscrew {obj}",
        "*loosen the cap of {obj}",
    ),
    ("bottle", "close"): _group(
        "*screw the cap onto {obj} | *put the cap on {obj} | *screw {obj} shut",
        "*tighten the cap of {obj}",
    ),
    ("box", "open"): _group(
        "*open the lid of {obj} | *lift the lid of {obj} | *flip {obj} open | *raise the lid of {obj}",
        "*fold back the lid of {obj}",
    ),
    ("box", "close"): _group(
        "*close the lid of {obj} | *put down the lid of {obj} | *flip {obj} shut",
        "*lower the lid of {obj}",
    ),
    ("teapot", "open"): _group("*lift the lid of {obj} | *open the lid of {obj}", "*take up the lid of {obj}"),
    ("teapot", "close"): _group("*close the lid of {obj} | *put down the lid of {obj}", "*lower the lid of {obj}"),
    ("teapot", "pour"): _group(
        "*pour tea from {obj} | *pour some tea out of {obj} | *pick up {obj} and *pour tea",
        "*serve tea from {obj}",
    ),
    ("waffle iron", "open"): _group("*open the top of {obj} | *lift the top of {obj}", "*fold up the top of {obj}"),
    ("waffle iron", "close"): _group(
        "*close the top of {obj} | *fold down the top of {obj}",
        "*lower the top of {obj}",
    ),
    ("waffle iron", "use"): _group("*make a waffle with {obj} | *bake a waffle in {obj}", "*make waffles using {obj}"),
    ("machine", "use"): _group(
        "*make coffee with {obj} | *brew a coffee with {obj} | *make an espresso with {obj}",
        "*get a coffee from {obj}",
    ),
    ("machine", "switch on"): _group("*start {obj} | *turn on {obj} to make coffee", "*get {obj} going"),
    ("machine", "open"): _group("*open the lever of {obj} | *raise the lever of {obj}", "*pull up the lever of {obj}"),
    ("machine", "close"): _group(
        "*close the lever of {obj} | *push the lever of {obj} down",
        "*lower the lever of {obj}",
    ),
    ("mixer", "use"): _group(
        "*mix with {obj} | *mix some dough with {obj} | *stir with {obj}",
        "*whip cream with {obj}",
    ),
    ("mixer", "open"): _group("*lift the head of {obj} | *tilt the head of {obj} up", "*raise the head of {obj}"),
    ("mixer", "close"): _group(
        "*put down the head of {obj} | *tilt the head of {obj} down",
        "*lower the head of {obj}",
    ),
    ("flute", "play"): _group(
        "*play {obj} | *play music on {obj} | *play a tune on {obj} | *blow into {obj} |"
        "*pick up {obj} and *play a tune",
        "*make music with {obj}",
    ),
    ("game controller", "play"): _group(
        "*play a game with {obj} | *play a video game with {obj} | *pick up {obj} and *play a game | *game with {obj}",
        "*enjoy a video game with {obj}",
    ),
    ("game controller", "use"): _group(
        "*play a game with {obj} | *press the buttons of {obj}",
        "*enjoy a video game with {obj}",
    ),
    ("piggy bank", "use"): _group(
        "*put a coin into {obj} | *save money in {obj} | *drop a coin into {obj}",
        "*feed a coin to {obj}",
    ),
    ("piggy bank", "shake"): _group(
        "*rattle the coins in {obj} | *shake the coins in {obj}",
        "*jingle the coins in {obj}",
    ),
    ("mouse", "use"): _group(
        "*click with {obj} | *move the cursor with {obj} | *click the button of {obj}",
        "*scroll with {obj}",
    ),
    ("mouse", "press"): _group(
        "*click {obj} | *click with {obj} | *click the button of {obj}",
        "*make a click with {obj}",
    ),
    ("mouse", "tap"): _group(
        "*click {obj} | *click with {obj} | *click the button of {obj}",
        "*make a click with {obj}",
    ),
    ("light bulb", "use"): _group("*screw in {obj} | *turn {obj} into the socket", "*twist {obj} into the socket"),
    ("light bulb", "screw"): _group(
        "*screw in {obj} | *screw {obj} in | *turn {obj} into the socket | *screw {obj} into the lamp |"
        "*take {obj} and *screw {it} in",
        "*twist {obj} into the socket",
    ),
    ("airplane", "fly"): _group(
        "*fly {obj} like a plane | *make {obj} take off | *pilot {obj}",
        "*make {obj} cruise through the air",
    ),
    ("airplane", "play"): _group("*fly {obj} | *make {obj} fly", "*let {obj} soar"),
    ("train", "play"): _group(
        "*drive {obj} along | *make {obj} roll | *roll {obj} over the table",
        "*let {obj} travel along the table",
    ),
    ("train", "push"): _group("*roll {obj} along | *drive {obj} over the table", "*get {obj} rolling"),
    ("lemon", "squeeze"): _group("*squeeze the juice out of {obj} | *squeeze some juice from {obj}", "*juice {obj}"),
    ("duck", "squeeze"): _group("*make {obj} squeak", "*get {obj} to squeak"),
    ("keyboard", "use"): _group(
        "*type on {obj} | *type something on {obj} | *work on {obj} | *type a letter on {obj}",
        "*write on {obj}",
    ),
    ("keyboard", "tap"): _group(
        "*type on {obj} | *hit a key of {obj} | *type something on {obj}",
        "*strike a key of {obj}",
    ),
    ("touchpad", "use"): _group(
        "*move the cursor on {obj} | *work on {obj} | *use the touchpad of {obj}",
        "*guide the cursor on {obj}",
    ),
    ("screen", "tap"): _group("*touch the screen of {obj} | *tap on the screen of {obj}", "*poke the screen of {obj}"),
    ("phone", "see"): _group(
        "*look at {obj} | *look at the screen of {obj} | *hold {obj} in front of the face | *see what is on {obj}",
        "*peer at the screen of {obj}",
    ),
    ("mirror", "see"): _group(
        "*look into {obj} | *look in {obj} | *hold {obj} in front of the face | *check the face in {obj}",
        "*gaze into {obj}",
    ),
    ("mirror", "use"): _group("*look into {obj} | *look in {obj} | *check the face in {obj}", "*gaze into {obj}"),
    ("eyeglasses", "see"): _group(
        "*look through {obj} | *see through {obj} | *hold {obj} before the eyes",
        "*peer through {obj}",
    ),
    ("binoculars", "set"): _group(
        "*focus {obj} | *adjust the focus of {obj} | *turn the wheel of {obj} | *set the focus of {obj}",
        "*sharpen the focus of {obj}",
    ),
    ("jar", "screw"): _group(
        "*screw the lid of {obj} | *turn the lid of {obj} | *twist the lid of {obj} |"
        "*reach for {obj} and *turn the lid",
        "*work the lid of {obj} round",
    ),
    ("bottle", "screw"): _group(
        "*screw the cap of {obj} | *turn the cap of {obj} | *twist the cap of {obj} |"
        "*reach for {obj} and *turn the cap",
        "*work the cap of {obj} round",
    ),
    ("spoon", "eat"): _group(
        "*eat with {obj} | *eat something with {obj} | *take a bite with {obj} | *bring {obj} to the mouth |"
        "*take {obj} and *eat | *use {obj} to eat",
        "*have a meal with {obj}",
    ),
    ("spoon", "use"): _group("*eat with {obj} | *take a bite with {obj}", "*have a meal with {obj}"),
    ("pen", "use"): _group(
        "*write with {obj} | *write something with {obj} | *draw with {obj} | *take {obj} and *write",
        "*sign a letter with {obj}",
    ),
    ("comb", "brush"): _group(
        "*comb the hair with {obj} | *comb with {obj} | *brush the hair with {obj} | *pick up {obj} and *comb the hair",
        "*groom the hair with {obj}",
    ),
    ("comb", "use"): _group("*comb the hair with {obj} | *comb with {obj}", "*groom the hair with {obj}"),
    ("calculator", "use"): _group(
        "*calculate with {obj} | *type a number into {obj} | *work out a sum with {obj}",
        "*add up some numbers on {obj}",
    ),
    ("remote control", "use"): _group(
        "*change the channel with {obj} | *point {obj} | *use {obj} for the television",
        "*zap with {obj}",
    ),
    ("remote control", "browse"): _group(
        "*browse the channels with {obj} | *flick through the channels with {obj} | *change the channel with {obj}",
        "*zap with {obj}",
    ),
    ("mouse", "browse"): _group(
        "*scroll the page with {obj} | *turn the wheel of {obj} | *browse with {obj} | *browse the web with {obj}",
        "*scroll with {obj}",
    ),
    ("light switch", "switch on"): _group(
        "*turn on the light with {obj} | *turn {obj} on | *switch on the light with {obj} | *switch {obj} on |"
        "*press {obj} to turn on the light",
        "*put on the light with {obj}",
    ),
    ("light switch", "switch off"): _group(
        "*turn off the light with {obj} | *turn {obj} off | *switch off the light with {obj} | *switch {obj} off |"
        "*press {obj} to turn off the light",
        "*put off the light with {obj}",
    ),
    ("light switch", "press"): _group("*press {obj} | *push {obj} | *flip {obj}", "*flick {obj}"),
}  # fmt: skip

# A family that is called otherwise; {first noun or family: key of SPECIFIC}.
SAME = {"flashlight": "torch", "frying pan": "pan", "fryingpan": "pan", "skillet": "pan", "wine glass": "wineglass",
        "spray bottle": "spray", "ketchup bottle": "ketchup", "notebook": "book", "glasses": "eyeglasses",
        "plane": "airplane", "chest": "box", "tin": "box", "smartphone": "phone", "tube": "toothpaste",
        "aeroplane": "airplane", "doorknob": "door knob", "door handle": "door knob", "controller": "game controller",
        "bulb": "light bulb", "lightbulb": "light bulb", "teapot lid": "teapot", "paintbrush": "brush",
        "banana": "fruit", "apple": "fruit", "carrot": "fruit", "lemon": "fruit", "orange": "fruit",
        "piggybank": "piggy bank", "gamecontroller": "game controller", "alarmclock": "clock",
        "doughnut": "fruit", "donut": "fruit", "egg": "fruit", "toy car": "train", "car": "train", "fork": "spoon",
        "screw jar": "jar", "flask": "bottle", "thermos": "bottle", "compact": "mirror", "remote": "remote control",
        "switch": "light switch"}  # fmt: skip
# where none of the clauses above fit
REPLACING = (("fruit", "peel"), ("bowl", "eat"), ("door", "push"), ("camera", "browse"), ("light bulb", "screw"),
             ("light bulb", "use"), ("jar", "screw"), ("bottle", "screw"), ("spoon", "eat"), ("comb", "brush"),
             ("remote control", "browse"), ("mouse", "browse"), ("light switch", "switch on"), ("mirror", "see"),
             ("light switch", "switch off"), ("binoculars", "set"), ("camera", "see"))  # fmt: skip

# What follows once the object was named and taken, besides clauses with {it}: "takes the mug and drinks".
AFTER = {key: tuple(wordings.split(" | ")) for key, wordings in {
    "drink": "*drink | *take a sip", "eat": "*eat | *take a bite", "pour": "*pour", "toast": "*toast", "cut": "*cut",
    "chop": "*chop", "peel": "*peel", "brush": "*brush", "stamp": "*stamp", "staple": "*staple", "cook": "*cook",
    "play": "*play", "call": "*make a call", "take picture": "*take a picture | *shoot a photo",
    ("hammer", "use"): "*hit a nail | *hammer", ("toothbrush", "brush"): "*brush the teeth",
    ("torch", "switch on"): "*turn on the light", ("torch", "switch off"): "*turn off the light",
    ("jar", "open"): "*unscrew the lid | *twist off the lid", ("jar", "close"): "*screw the lid on",
    ("bottle", "open"): "*unscrew the cap | *twist off the cap", ("bottle", "close"): "*screw the cap on",
    ("box", "open"): "*open the lid | *lift the lid", ("box", "close"): "*close the lid",
    ("laptop", "open"): "*open the lid | *lift the screen", ("laptop", "close"): "*close the lid",
    ("microwave", "open"): "*open the door", ("microwave", "close"): "*close the door",
    ("clock", "set"): "*set the alarm", ("clock", "switch off"): "*stop the alarm",
    ("scissors", "cut"): "*cut some paper", ("screwdriver", "use"): "*turn a screw",
}.items()}  # fmt: skip

# The part that is acted on; lids and doors only for "open" and "close".
PART_CLAUSES = {
    "press": _group(
        "*press the {part} of {obj} | *press the {part} on {obj} | *push the {part} of {obj}",
        "*hit the {part} of {obj}",
    ),
    "tap": _group("*tap the {part} of {obj} | *tap on the {part} of {obj}", "*rap the {part} of {obj}"),
    "push": _group("*push the {part} of {obj} | *push {obj} at the {part}", "*shove the {part} of {obj}"),
    "turn": _group(
        "*turn the {part} of {obj} | *twist the {part} of {obj} | *rotate the {part} of {obj}",
        "*swivel the {part} of {obj}",
    ),
    "open": _group("*open the {part} of {obj} | *open {obj} by the {part}", "*get the {part} of {obj} open"),
    "close": _group(
        "*close the {part} of {obj} | *shut the {part} of {obj} | *close {obj} by the {part}",
        "*get the {part} of {obj} shut",
    ),
    "grab": _group(
        "*grab the {part} of {obj} | *grasp the {part} of {obj} | *take hold of the {part} of {obj} |"
        "*reach for the {part} of {obj}",
        "*clasp the {part} of {obj}",
    ),
}  # fmt: skip
LIDS = ("lid", "cap", "cover", "door", "top lid", "flap")
# Parts that are no target of a press or a turn
UNNAMED = ("surface", "body", "bottom", "base", "back", "edges", "barrel", "sides", "blade", "ring")

# From hand to hand. {one} and {other} are the giving and the taking side.
GIVING = _group(
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
SWAPPING = _group(
    "*hand over {obj} | *hand {obj} over | *hand over {obj} with both hands |"
    "*pass {obj} from one hand to the other | *move {obj} from hand to hand | *swap hands on {obj} |"
    "*pass {obj} between both hands | *pick up {obj} and *change hands | *give {obj} from one hand to the other |"
    "*pick up {obj} and *pass {it} to the other hand | *hand {obj} over to the other hand",
    "*shift {obj} over into the other hand | *transfer {obj} to the other hand",
)

# {do} = clause with all that is added to it; {does} the same in the third person; {doing} as a gerund; {with} names the
# hands, {side} the one hand; {who} is somebody.
FRAMES = _group(
    7 * "{do} {with} | " + "{with}, {do} | please {do} {with} | can you {do} {with}? | I want to {do} {with} |"
    "{who} {does} {with} | {who} {does} {with} | person {does} {with} |"
    "a hand animation of {doing} {with} | {doing} {with} |"
    "let the character {do} {with} | {with}, {who} {does} | an animation in which {who} {does} {with}",
    "could you please {do} {with}? | show me how to {do} {with} | here {who} {does} {with}",
)
ONE_HAND_FRAMES = _group(
    "use your {side} hand to {do} | use the {side} hand to {do} | the {side} hand {does} | {do}, {side} hand |"
    "{side} hand: {do} | {who} uses the {side} hand to {do} | {doing}, {side} hand",
    "let the {side} hand {do} | {do}; only the {side} hand is needed",
)
BOTH_HANDS_FRAMES = _group(
    "use both hands to {do} | both hands {do} | {do}, both hands | the left and the right hand {do} |"
    "{who} uses both hands to {do} | both hands: {do}",
    "let both hands {do}",
)
SILENT_FRAMES = _group(
    "{do} | {do} | please {do} | {who} {does} | {doing} | can you {do}?", "show me how to {do} | could you please {do}?"
)
# Two hands with different parts: one does what {does} or, once the object is named, {thens} says, the other {holds} it.
ROLE_FRAMES = _group(
    "{hold} with the {second} hand and {then} with the {lead} hand |"
    "{hold} with your {second} hand and {then} with your {lead} hand |"
    "{hold} with the {second} hand and {then} with the {lead} | one hand {holds} while the other hand {thens} |"
    "{hold} in the {second} hand and {then} with the {lead} hand |"
    "{do} with the {lead} hand while the {second} hand {holds_it} |"
    "{do} with the {lead} hand while the {second} one {holds_it} |"
    "{do} with the {lead} hand while the other hand {holds_it} |"
    "{do} with the {lead} hand and {hold_it} with the {second} hand |"
    "{do} with the {lead} hand, {holding_it} with the {second} hand |"
    "{bare} with the {lead} hand while the {second} hand {holds} |"
    "{bare} with the {lead} hand, {holding} with the {second} hand |"
    "the {second} hand {holds} while the {lead} hand {thens} |"
    "the {lead} hand {does} while the {second} hand {holds_it} |"
    "while the {second} hand {holds}, the {lead} hand {thens} |"
    "while the {second} hand {holds}, {then} with the {lead} hand |"
    "use the {second} hand to {hold} and the {lead} hand to {then} |"
    "{who} {holds} with the {second} hand and {thens} with the {lead} hand |"
    "{who} {does} with the {lead} hand while {holding_it} with the {second} hand |"
    "the {second} hand {holds}. The {lead} hand {thens} | {hold} with one hand and {then} with the other |"
    "with the {second} hand {holding}, {then} with the {lead} hand",
    "as the {second} hand {holds}, the {lead} hand {thens} |"
    "let the {second} hand {hold} and the {lead} hand {then} | one hand {holds}, the other hand {thens}",
)
# Long forms: {by} says where or how it is taken, {then} what is done. After a full stop a sentence of its own follows.
SEQUENCES = _group(
    "*reach for {obj} {with}, *take {it} {by} and {then} | *reach for {obj} {with}, *grasp {it} {by} and {then} |"
    "*take {obj} {by} {with} and {then} | *grab {obj} {by} {with}, then {then} |"
    "*reach out {with}, *grasp {obj} {by} and {then} | first *take hold of {obj} {by} {with}, then {then} |"
    "*reach for {obj} {with}. *take hold of {it} {by} and {then} | *take {obj} {by} {with}. then {then} |"
    "*grab {obj} {by} {with} and {then}",
    "*go for {obj}, *grip {it} {by} and {then} {with} | *get hold of {obj} {by} {with}; after that {then}",
)
TOUCHES = _group(  # the same where nothing is grasped
    "*reach for {obj} {with} and {then} | *reach out to {obj} {with} and {then} |"
    "*move to {obj} {with}, then {then} | first *reach for {obj} {with}, then {then} |"
    "*reach for {obj} {with}. then {then} | *touch {obj} {with} and {then}",
    "*go to {obj} {with} and {then}",
)
SUBJECTS = ("a person", "a person", "the person", "someone", "somebody", "the character",
            "a man", "a woman", "she", "he")  # fmt: skip
OWNERS = {"you": "your", "I": "my", "she": "her", "a woman": "her", "he": "his", "a man": "his"}

ONE_HAND = ("with the {side} hand", "with your {side} hand", "using the {side} hand", "using your {side} hand",
            "with {side} hand", "with only the {side} hand", "{side}-handed")  # fmt: skip
BOTH_HANDS = ("with both hands", "using both hands", "with two hands", "with both of your hands", "two-handed",
              "using two hands", "with the left and the right hand")  # fmt: skip
TOUCHING = {
    "press": ("with the {side} index finger", "with a finger of the {side} hand", "with one finger of the {side} hand",
              "with the tip of the {side} index finger", "with the index finger of the {side} hand"),
    "palm": ("with the {side} palm", "with the flat {side} hand", "with the palm of the {side} hand",
             "with the open {side} hand"),
}  # fmt: skip
SECOND = {
    "hold": ("*hold {thing}", "*hold {thing}", "*steady {thing}", "*hold {thing} still", "*keep {thing} still",
             "*hold {thing} in place"),
    "support": ("*support {thing}", "*hold {thing}", "*help to support {thing}"),
    "press": ("*press on {thing}", "*hold {thing} down", "*press against {thing}"),
}  # fmt: skip

BY_PART = {
    "rim": ("by the rim", "by its rim", "at the rim", "by the edge"),
    "body": ("around the body", "by the body"),
    "top": ("from above", "by the top", "from the top"),
    "bowl": ("by the bowl", "around the bowl"),
    "barrel": ("by the barrel", "around the barrel"),
    "surface": (), "ring": (), "dough": (),  # the whole of it
    "bottom": ("by the bottom", "at the bottom"),
}
BY_GRIP = {
    "pinch": ("between the thumb and the fingers", "with the fingertips", "in a pinch grip"),
    "tripod": ("with three fingers", "in a tripod grip", "between the thumb, the index and the middle finger"),
    "lateral": ("in a key grip", "between the thumb and the side of the index finger"),
    "hook": ("with hooked fingers", "in a hook grip"),
    "wrap": ("in a firm grip", "in a power grip"),
    "handle": ("with the fingers through the handle",),
    "loops": ("with the fingers in the rings", "with the thumb and the fingers in the rings"),
    "platform": ("on the open palm", "on the flat hand"),
    "side": ("between the thumb and the fingers",),
    "rim": ("between the thumb and the fingers",),
}
# Done to a thing that is held "by the handle"; other things are done "holding it by the handle"
HANDLED = ("lift", "place", "pass", "inspect", "shake", "grab", "turn", "open", "close", "slide", "push", "fly")
TOUCHED = ("press", "tap", "push", "slide", "switch on", "switch off")  # often not held at all
LIFTING = re.compile(r"\*(?:pick|lift \{obj|raise \{obj|hold \{obj\} up|take \{obj|grab \{obj\} and \*(?:lift|use))")
STAYS = ("mouse", "laptop", "door knob", "door", "microwave", "machine", "waffle iron", "mixer")

SIDEWAYS, TO_FRO, UPRIGHT = ("from side to side",), ("back and forth",), ("up and down",)
STROKES = {"left": SIDEWAYS, "right": SIDEWAYS, "forward": TO_FRO, "back": TO_FRO, "up": UPRIGHT, "down": UPRIGHT}
WAYS = {
    "left": ("to the left", "to the left", "leftwards", "towards the left"),
    "right": ("to the right", "to the right", "rightwards", "towards the right"),
    "forward": ("forward", "forwards", "away from the body", "ahead"),
    "back": ("back", "backwards", "towards the body"),
    "up": ("up", "upwards"),
    "down": ("down", "downwards"),
}
DIRECTED = ("place", "push", "slide", "turn", "fly", "open", "close", "pour", "lift")
STROKED = ("shake", "brush", "clean")
MANNERS = {
    "slowly": ("slowly", "slowly", "at a slow pace", "without haste"),
    "quickly": ("quickly", "quickly", "fast", "swiftly", "rapidly"),
    "carefully": ("carefully", "with care", "cautiously"),
    "gently": ("gently", "softly"),
}
AMOUNTS = {
    "a little": ("a little", "slightly", "a bit"),
    "halfway": ("halfway", "half way"),
    "wide": ("wide",),
    "all the way": ("all the way", "completely", "fully"),
}
COUNTS = {1: ("once", "one time"), 2: ("twice", "two times", "a couple of times"), 3: ("three times", "3 times"),
          4: ("four times", "4 times"), 5: ("five times", "5 times"), 6: ("six times", "6 times")}  # fmt: skip
SAID = 0.5  # the chance that a detail is said

COLOURS = ("red", "blue", "white", "black", "green", "yellow", "old", "new")
PLURAL = re.compile(r"\b(?:scissors|shears|\w*glasses|spectacles|\w+phones|binoculars|tongs|pliers|pincers|tweezers)$")
MISSPELT = {"scissors": ("the scissor", "it"), "eyeglasses": ("an eyeglasses", "them")}  # as in GRAB's prompts
UNCOUNTED = ("toothpaste", "ketchup")
SILENT = {"left": 0.04, "right": 0.10, "both": 0.10}  # share of captions that name no hand; people are right-handed


def _pick(rng, options):
    return options[int(rng.integers(len(options)))]


def _bare(clause):
    return clause.replace("*", "")



def _bare(clause):
    return clause.replace("*", "")


def _third_person(clause):
    clause = clause.replace("*have", "has")
    return re.sub(r"\*(\w+)", lambda verb: wording.third(verb[1]), clause)


def _gerund(clause):
    return re.sub(r"\*(\w+)", lambda verb: wording.present(verb[1]), clause)


def _keys(name):
    """What a family or a noun may be called in SPECIFIC, the most exact first: alarm_clock -> alarm clock, clock."""
    last = name.split()[-1]
    return [key for key in (name, SAME.get(name), last, SAME.get(last)) if key]


def _lookup(table, keys, action):
    return next((table[key, action] for key in keys if (key, action) in table), None)


def _thing(nouns, rng):
    """(how the object is named, the pronoun for it, its bare noun)"""
    noun = (nouns[0] if rng.random() < 0.6 else _pick(rng, nouns)).removeprefix("pair of ")
    plural = bool(PLURAL.search(noun))
    bare = noun
    if rng.random() < 0.08 and not noun.startswith(COLOURS):
        noun = f"{_pick(rng, COLOURS)} {noun}"
    if bare in MISSPELT and rng.random() < 0.08:
        return *MISSPELT[bare], bare
    article = _pick(rng, 10 * ("the",) + 2 * ("a",) + 2 * ("this",) + ("",))
    if article == "a":
        if plural:
            article = "a pair of"
        elif bare in UNCOUNTED:
            article = "the"
        elif re.match("[aeiou](?!se|ni|sb)|hour", noun):
            article = "an"
    if article == "this" and plural:
        article = "these"
    return f"{article} {noun}".strip(), "them" if plural else "it", bare


def _table(keys, action, hands, part, stays, details, rng):
    """The group of clauses to draw from."""
    if action == "hand over":
        return GIVING if hands != "both" and rng.random() < 0.85 else SWAPPING
    if details.get("direction") == "back" and (action == "push" or (action == "slide" and rng.random() < 0.5)):
        return CLAUSES["pull"]
    acted = part and part not in UNNAMED and (action not in ("open", "close") or part in LIDS)
    if acted and action in PART_CLAUSES and (action == "turn" or rng.random() < 0.35):  # the part turns, not the whole
        return PART_CLAUSES[action]
    special = _lookup(SPECIFIC, (*keys, part), action)
    only = any((key, action) in REPLACING for key in keys)
    group = special if special and (only or rng.random() < 0.55) else CLAUSES[action]
    return {split: tuple(c for c in group[split] if not (stays and LIFTING.match(c))) for split in SPLITS}


def _then(clauses):
    """Those clauses that can be said of a thing already named and taken, saying "it"."""
    taking = r"\*(?:pick|grab|get \{obj\}$|get hold|get a grip|grasp|reach|take \{obj|touch)|.* and \*"
    particle = r".*\b(?:up|down|out|over|off|away) \{obj|\*(?:turn|switch|power|put|try|slip|screw) (?:on|in) \{obj"
    return [c.replace("{obj}", "{it}") for c in clauses if not re.match(taking, c) and not re.match(particle, c)]


def _held(part, kind, rng):
    """Where or how the object is held: "by the handle", "between the thumb and the fingers", or nothing."""
    if part and BY_PART.get(part) != () and rng.random() < 0.5:
        return _pick(rng, BY_PART.get(part, ("by the {part}", "by the {part}", "by {its} {part}")))
    if kind in BY_GRIP and rng.random() < 0.25:
        return _pick(rng, BY_GRIP[kind])
    return ""


def _add_held(clause, held, part, action):
    """The clause with `held` where it belongs: after what is taken, or as "holding it by the handle" at the end."""
    purpose = r" to (?!the |someone |somebody |another |a |say )\w+"  # "raise it to pour"
    if not held or re.search(rf"\b{part}\b|{purpose}", clause):
        return clause
    first, joint, then = clause.partition(" and *")
    if joint and not first.startswith(("*reach", "*bring")):
        return f"{first} {held}{joint}{then}"
    return f"{clause} {held}" if action in HANDLED or joint else f"{clause} holding {{it}} {held}"


def _add_details(clause, action, details, rng):
    """The clause with some of what the details say: how far, which way, how often, in what manner."""
    added = []
    direction, amount, manner = details.get("direction"), details.get("amount"), details.get("manner")
    if amount and action in ("open", "close") and not (action == "close" and amount == "wide") and rng.random() < SAID:
        added.append(_pick(rng, AMOUNTS.get(amount, (amount,))))
    upright = direction in ("up", "down")
    said_already = re.search(r"\b(?:up|down|along|in|place)\b", clause) and direction not in ("left", "right")
    if direction and not said_already and rng.random() < SAID:
        if action in DIRECTED and not (upright and action in ("lift", "place", "pour")):
            added.append(_pick(rng, WAYS.get(direction, (direction,))))
        elif action in STROKED and direction in STROKES:
            added.append(_pick(rng, STROKES[direction]))
    if details.get("times") and rng.random() < SAID:
        times = int(details["times"])
        if action in ("open", "close"):  # a cap that is turned and taken again
            added.append(f"in {times} turns" if times > 1 else "in one turn")
        else:
            added.append(_pick(rng, COUNTS.get(times, (f"{times} times",))))
    clause = " ".join([clause, *added])
    if manner and rng.random() < SAID:
        manner = _pick(rng, MANNERS.get(manner, (manner,)))
        early = manner.endswith("ly") and rng.random() < 0.5
        clause = re.sub(r"^\*", f"{manner} *", clause) if early else f"{clause} {manner}"
    return clause


def _again(who, second):
    """The second sentence about `who`, in the third person."""
    pronoun = {"she": "she", "a woman": "she", "he": "he", "a man": "he"}.get(who, "they")
    opening = "then " if second.startswith("then ") else ""
    rest = second.removeprefix("then ")
    return f"{opening}{pronoun} {_bare(rest) if pronoun == 'they' else _third_person(rest)}"


def _long(then, held, phrase, touched, split, who, rng):
    """A frame and its words: reaching, taking and acting told one after the other."""
    sequence = _pick(rng, (TOUCHES if touched else SEQUENCES)[split])
    told = sequence.replace("{by}", held).replace("{with}", phrase).replace("{then}", then)
    told = re.sub(r" +(?=[ ,;.]|$)", "", told)
    first, stop, second = told.partition(". ")
    again = stop and f". {_again(who, second)}"
    return _pick(rng, ("{do}", "{who} {does}")), {"do": _bare(told), "does": _third_person(first) + again}


def _roles(clause, then, bare, details, stays, split, rng):
    """A frame and its words: one hand acts while the other does something else. `bare` may be empty."""
    held = _pick(rng, SECOND[details["second"]])
    held, held_it = held.replace("{thing}", "{obj}"), held.replace("{thing}", "{it}")
    in_hand = details["second"] == "hold" and not stays
    there = {"{lead}": "lead" in details, "{bare}": bare, "{hold} in": in_hand}
    frames = [f for f in ROLE_FRAMES[split] if all(has or key not in f for key, has in there.items())]
    return _pick(rng, frames), {
        "do": _bare(clause), "does": _third_person(clause),
        "then": _bare(then), "thens": _third_person(then), "bare": _bare(bare),
        "hold": _bare(held), "holds": _third_person(held), "holding": _gerund(held),
        "hold_it": _bare(held_it), "holds_it": _third_person(held_it), "holding_it": _gerund(held_it),
    }  # fmt: skip


def _plain(clause, held, hands, silent, split, rng):
    """A frame and its words: one clause, in which the hands are named unless `silent`."""
    if silent or rng.random() < SILENT[hands]:
        frames = SILENT_FRAMES
    elif rng.random() < 0.35:
        frames = BOTH_HANDS_FRAMES if hands == "both" else ONE_HAND_FRAMES
    else:
        frames = FRAMES
    return _pick(rng, frames[split]), {"do": _bare(clause), "does": _third_person(clause), "doing": _gerund(clause)}


def caption(shape_or_noun, action, hands, part, rng, split="train", details=None):
    """A sentence for a clip.

    shape_or_noun  a Shape, whose `nouns` are used, or a noun such as "piggybank"
    action         one of families.ACTIONS; "hand over" goes from hand to hand, "pass" to another person
    hands          "left", "right" or "both"; for "hand over" the giving hand, or "both" to leave it open
    part           name of the part that the acting hand holds or touches, or None; said in about half of the captions
    rng            numpy Generator          split  "train" or "test"
    details        what the motion did, each key optional; about half of them are said, and nothing of the kind is said
                   that is not there:
                     direction  "left", "right", "forward", "back", "up", "down"; of strokes: along which line
                     manner     "slowly", "quickly", "carefully", ...          times   how often, int
                     amount     how far it opens or closes: "a little", "halfway", "wide", "all the way"
                     grip       a Grip's kind
                     second     what the other hand does, with hands="both": "hold", "support", "press"; else the same
                     lead       "left" or "right": the hand that acts then, or that gives
                     lifted     False where it is never lifted
    """
    if hands not in ("left", "right", "both") or split not in SPLITS:
        raise ValueError(f"hands must be left, right or both and split train or test, not {hands!r} and {split!r}")
    details = {key: value for key, value in (details or {}).items() if value is not None}
    given = isinstance(shape_or_noun, str)
    name = (shape_or_noun if given else shape_or_noun.name).replace("_", " ")
    obj, it, noun = _thing((name,) if given else shape_or_noun.nouns, rng)
    part, kind, over = part and part.replace("_", " "), details.get("grip"), action == "hand over"
    part = None if part in noun.split() else "power button" if part == "power" else part
    if split == "train" and rng.random() < 0.04:
        templates = wording.captions(action, noun, "both" if over else hands)
        return _finished(_pick(rng, templates[:3] if it == "them" or action == "slide" else templates), rng)
    if over and hands == "both":
        hands = details.get("lead", hands)

    other, keys = {"left": "right", "right": "left"}, _keys(name)
    touched = kind in TOUCHING or (kind is None and action in TOUCHED)
    lifted = details.get("lifted", True) and not getattr(shape_or_noun, "fixed", False)
    stays = touched or not lifted or any(key in STAYS for key in keys)
    group = _table(keys, action, hands, part, stays, details, rng)
    reserved = _pick(rng, ("clause", "frame", "both")) if split == "test" else ""
    of_clause, of_frame = ("test" if reserved in (piece, "both") else "train" for piece in ("clause", "frame"))
    after = _lookup(AFTER, keys, action) or AFTER.get(action, ()) if of_clause == "train" else ()
    thens = () if over or action == "grab" else (*_then(group[of_clause]), *after)
    held = "" if touched or over or group in PART_CLAUSES.values() else _held(part, kind, rng)
    one_hand = TOUCHING.get(kind, ONE_HAND) if rng.random() < 0.5 else ONE_HAND
    phrase = _pick(rng, BOTH_HANDS if hands == "both" else one_hand)
    if phrase.endswith("side}-handed") and details.get("direction") in other:  # "to the left left-handed"
        phrase = "with the {side} hand"
    who, chance = _pick(rng, SUBJECTS), rng.random()

    clause = _add_details(_add_held(_pick(rng, group[of_clause]), held, part, action), action, details, rng)
    then = _add_details(_pick(rng, thens), action, details, rng) if thens else ""
    if then and hands == "both" and details.get("second") in SECOND and chance < 0.6:
        bare = _add_details(_pick(rng, after), action, details, rng) if after else ""
        frame, spoken = _roles(clause, then, bare, details, stays, of_frame, rng)
    elif then and chance < 0.2:
        phrase = re.sub(".*-handed", "with both hands" if hands == "both" else "with the {side} hand", phrase)
        frame, spoken = _long(then, held, phrase, touched or (stays and not held), of_frame, who, rng)
    else:
        frame, spoken = _plain(clause, held, hands, over, of_frame, rng)

    lead = details.get("lead")
    words = {"obj": obj, "it": it, "its": "their" if it == "them" else "its", "part": part, "who": who,
             "with": phrase, "side": hands, "one": hands, "other": other.get(hands), "lead": lead,
             "second": other.get(lead)}  # fmt: skip
    text = frame
    for _ in range(3):  # clauses in frames, phrases in clauses, words in phrases
        text = text.format(**spoken, **words)
    told_of = who if "{who}" in frame else "they" if re.search("person|character", frame) else "you"
    text = re.sub(r"\byour\b", OWNERS.get("I" if "I want" in frame else told_of, "their"), text)
    return _finished(text, rng)


def _finished(text, rng):
    style = rng.random()
    if style < 0.12:
        return text.rstrip("?.").lower()
    text = re.sub(r"(^|\. )(\w)", lambda start: start[1] + start[2].upper(), text).rstrip(".")
    return text if text.endswith("?") else text + ("!" if style > 0.95 else ".")


def captions(shape_or_noun, action, hands, part, rng, n, split="train", details=None):
    """`n` different captions, in a list; see `caption`."""
    texts = {}
    for _ in range(50 * n):
        texts.setdefault(caption(shape_or_noun, action, hands, part, rng, split, details))
        if len(texts) == n:
            break
    return list(texts)
