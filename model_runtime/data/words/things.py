"""Clauses for certain things: what a hammer, a laptop, a fruit are used for, and what such things are called
otherwise.
"""

from . import group

# What an action means for a family, or for what its name ends with ("espresso machine"); it joins the clauses above.
SPECIFIC = {
    ("hammer", "use"): group(
        "*hammer with {obj} | *strike with {obj} | *hit a nail with {obj} | *swing {obj} |"
        "*drive in a nail with {obj} | *pick up {obj} and *hit a nail | *take {obj} and *hammer |"
        "*hammer in a nail with {obj}",
        "*pound a nail with {obj} | *grab {obj} and *strike a nail",
    ),
    ("knife", "cut"): group(
        "*slice some bread with {obj} | *cut bread with {obj} | *take {obj} and *slice something",
        "*carve with {obj}",
    ),
    ("knife", "chop"): group("*chop vegetables with {obj} | *chop an onion with {obj}", "*dice a carrot with {obj}"),
    ("knife", "peel"): group(
        "*peel an apple with {obj} | *peel a potato with {obj} | *take the skin off with {obj}",
        "*skin a fruit with {obj}",
    ),
    ("knife", "use"): group("*cut with {obj} | *slice with {obj} | *cut something with {obj}", "*carve with {obj}"),
    ("torch", "switch on"): group(
        "*turn on the light of {obj} | *make light with {obj} | *switch on the light of {obj} | *light up {obj} |"
        "*pick up {obj} and *turn on the light",
        "*get some light from {obj}",
    ),
    ("torch", "switch off"): group(
        "*turn off the light of {obj} | *put out {obj} | *switch off the light of {obj}",
        "*put out the light of {obj}",
    ),
    ("torch", "use"): group(
        "*shine {obj} | *point {obj} | *light the way with {obj} | *shine a light with {obj}",
        "*beam a light with {obj}",
    ),
    ("pan", "cook"): group(
        "*fry with {obj} | *fry an egg in {obj} | *flip a pancake in {obj} | *toss the food in {obj}",
        "*scramble some eggs in {obj}",
    ),
    ("pan", "use"): group(
        "*fry with {obj} | *toss {obj} | *cook with {obj} | *flip a pancake in {obj}",
        "*scramble some eggs in {obj}",
    ),
    ("screwdriver", "use"): group(
        "*turn a screw with {obj} | *screw with {obj} | *drive a screw with {obj}",
        "*tighten a screw with {obj}",
    ),
    ("spray", "use"): group(
        "*spray with {obj} | *squirt {obj} | *spray something with {obj} | *pull the trigger of {obj}",
        "*mist the air with {obj}",
    ),
    ("spray", "squeeze"): group(
        "*spray with {obj} | *squirt {obj} | *squeeze the trigger of {obj} | *spray something with {obj}",
        "*mist the air with {obj}",
    ),
    ("phone", "call"): group(
        "*phone someone with {obj} | *have a phone call with {obj}",
        "*speak to someone on {obj}",
    ),
    ("phone", "use"): group(
        "*call with {obj} | *make a call with {obj} | *read from {obj} | *type on {obj}",
        "*text someone with {obj}",
    ),
    ("phone", "browse"): group(
        "*scroll on {obj} | *swipe on {obj} | *browse the web on {obj} | *check the messages on {obj}",
        "*surf on {obj}",
    ),
    ("book", "browse"): group(
        "*leaf through {obj} | *turn the pages of {obj} | *read {obj} | *read in {obj}",
        "*flip through the pages of {obj}",
    ),
    ("book", "use"): group("*read {obj} | *read from {obj}", "*read a page of {obj}"),
    ("book", "open"): group(
        "*open the cover of {obj} | *turn over the cover of {obj} | *fold {obj} open",
        "*lay {obj} open",
    ),
    ("book", "close"): group("*close the cover of {obj} | *fold {obj} shut", "*clap {obj} shut"),
    ("camera", "use"): group(
        "*take a picture with {obj} | *photograph something with {obj} | *shoot a photo with {obj}",
        "*capture a picture with {obj}",
    ),
    ("camera", "see"): group(
        "*look through the finder of {obj} | *look through {obj} | *hold {obj} to the eye |"
        "*pick up {obj} and *look through {it}",
        "*peer through {obj}",
    ),
    ("camera", "browse"): group(
        "*look through the pictures on {obj} | *review the photos on {obj}",
        "*go through the shots on {obj}",
    ),
    ("brush", "brush"): group("*paint with {obj} | *paint a wall with {obj}", "*apply paint with {obj}"),
    ("brush", "use"): group("*brush with {obj} | *paint with {obj}", "*apply paint with {obj}"),
    ("toothbrush", "brush"): group(
        "*brush the teeth with {obj} | *brush teeth with {obj} | *clean the teeth with {obj} |"
        "*pick up {obj} and *brush the teeth | *take {obj} and *brush the teeth",
        "*scrub the teeth with {obj}",
    ),
    ("toothbrush", "use"): group(
        "*brush the teeth with {obj} | *clean the teeth with {obj}",
        "*scrub the teeth with {obj}",
    ),
    ("toothpaste", "squeeze"): group(
        "*squeeze out {obj} | *squeeze {obj} out of the tube | *squeeze some of {obj} out",
        "*press some of {obj} out",
    ),
    ("ketchup", "squeeze"): group("*squirt {obj} | *squeeze some sauce out of {obj}", "*get some sauce out of {obj}"),
    ("eyeglasses", "wear"): group(
        "*put {obj} on the nose | *pick up {obj} and *put {it} on the face | *set {obj} on the nose",
        "*slide {obj} onto the nose",
    ),
    ("eyeglasses", "clean"): group(
        "*wipe the lenses of {obj} | *polish the lenses of {obj} | *clean the lenses of {obj}",
        "*rub the lenses of {obj}",
    ),
    ("eyeglasses", "open"): group(
        "*unfold {obj} | *fold {obj} open | *open the temples of {obj}",
        "*spread {obj} open",
    ),
    ("eyeglasses", "close"): group(
        "*fold {obj} | *fold {obj} together | *close the temples of {obj}",
        "*collapse {obj}",
    ),
    ("headphones", "wear"): group(
        "*put {obj} over the ears | *put {obj} on the head | *pick up {obj} and *put {it} over the ears",
        "*pull {obj} over the ears",
    ),
    ("headphones", "use"): group("*put on {obj} | *listen with {obj} | *put {obj} on", "*pull {obj} over the ears"),
    ("hat", "wear"): group("*put {obj} on the head", "*pull {obj} onto the head"),
    ("watch", "wear"): group("*put {obj} on the wrist | *strap {obj} on", "*fasten {obj} around the wrist"),
    ("watch", "set"): group(
        "*set the time of {obj} | *turn the crown of {obj} | *wind {obj}",
        "*correct the time of {obj}",
    ),
    ("watch", "see"): group(
        "*check the time on {obj} | *read the time from {obj} | *look at {obj} | *see the time on {obj}",
        "*find out the time from {obj}",
    ),
    ("clock", "see"): group(
        "*check the time on {obj} | *read the time from {obj} | *look at {obj} | *see the time on {obj}",
        "*find out the time from {obj}",
    ),
    ("clock", "set"): group(
        "*set the alarm of {obj} | *set the alarm on {obj} | *adjust the time of {obj}",
        "*correct the time of {obj}",
    ),
    ("clock", "switch off"): group(
        "*turn off the alarm of {obj} | *stop the alarm of {obj} | *silence {obj}",
        "*make {obj} be quiet",
    ),
    ("binoculars", "see"): group(
        "*look through {obj} | *raise {obj} to the eyes | *watch something through {obj} |"
        "*pick up {obj} and *look through {it} | *hold {obj} to the eyes",
        "*peer through {obj}",
    ),
    ("binoculars", "use"): group("*look through {obj} | *watch something through {obj}", "*peer through {obj}"),
    ("scissors", "cut"): group(
        "*cut paper with {obj} | *snip with {obj} | *cut a ribbon with {obj} | *snip something with {obj}",
        "*trim something with {obj}",
    ),
    ("scissors", "use"): group(
        "*cut with {obj} | *cut paper with {obj} | *snip with {obj}",
        "*trim something with {obj}",
    ),
    ("stapler", "use"): group("*staple with {obj} | *staple some paper with {obj}", "*fasten the sheets with {obj}"),
    ("stapler", "press"): group("*staple with {obj} | *staple some paper with {obj}", "*fasten the sheets with {obj}"),
    ("stamp", "use"): group("*stamp with {obj} | *stamp a paper with {obj}", "*put a stamp on the page with {obj}"),
    ("fruit", "eat"): group(
        "*bite into {obj} | *take a bite from {obj} | *take a bite out of {obj} | *bite off a piece of {obj}",
        "*sink the teeth into {obj}",
    ),
    ("bowl", "eat"): group(
        "*eat from {obj} | *eat out of {obj} | *pick up {obj} and *eat from {it} | *bring {obj} to the mouth",
        "*have a meal from {obj}",
    ),
    ("fruit", "peel"): group(
        "*peel {obj} | *pull the peel off {obj} | *take the peel off {obj} | *pick up {obj} and *peel {it} |"
        "*peel off the skin of {obj} | *remove the skin of {obj} | *take {obj} and *peel {it}",
        "*strip the peel from {obj} | *skin {obj}",
    ),
    ("laptop", "open"): group(
        "*open the lid of {obj} | *flip {obj} open | *lift the screen of {obj} | *fold {obj} open |"
        "*flip up the screen of {obj}",
        "*fold up the lid of {obj}",
    ),
    ("laptop", "close"): group(
        "*close the lid of {obj} | *fold {obj} shut | *fold down the screen of {obj} | *flip {obj} shut",
        "*lower the lid of {obj}",
    ),
    ("laptop", "browse"): group(
        "*browse the web on {obj} | *scroll on {obj} | *surf the web on {obj}",
        "*read the news on {obj}",
    ),
    ("microwave", "open"): group(
        "*open the door of {obj} | *pull open the door of {obj}",
        "*swing open the door of {obj}",
    ),
    ("microwave", "close"): group(
        "*close the door of {obj} | *shut the door of {obj}",
        "*swing the door of {obj} shut",
    ),
    ("door", "open"): group("*pull {obj} open | *swing {obj} open", "*get {obj} to swing open"),
    ("door", "push"): group(
        "*push {obj} | *push against {obj} | *shove {obj} | *reach for {obj} and *push {it}",
        "*make {obj} swing | *lean on {obj}",
    ),
    ("door", "close"): group("*push {obj} shut | *swing {obj} shut | *pull {obj} to", "*get {obj} to swing shut"),
    ("door knob", "turn"): group("*turn {obj} | *rotate {obj} | *work {obj}", "*give {obj} a twist"),
    ("door knob", "use"): group("*turn {obj} | *rotate {obj} | *open the door with {obj}", "*give {obj} a twist"),
    ("jar", "open"): group(
        "*unscrew the lid of {obj} | *twist the lid off {obj} | *take the lid off {obj} | *unscrew {obj} |"
        "*screw the lid off {obj} | *twist {obj} open",
        "*loosen the lid of {obj}",
    ),
    ("jar", "close"): group(
        "*screw the lid onto {obj} | *close the lid of {obj} | *put the lid on {obj} | *screw {obj} shut",
        "*tighten the lid of {obj}",
    ),
    ("bottle", "open"): group(
        "*unscrew the cap of {obj} | *twist the cap off {obj} | *take the cap off {obj} | *unscrew {obj}",
        "*loosen the cap of {obj}",
    ),
    ("bottle", "close"): group(
        "*screw the cap onto {obj} | *put the cap on {obj} | *screw {obj} shut",
        "*tighten the cap of {obj}",
    ),
    ("box", "open"): group(
        "*open the lid of {obj} | *lift the lid of {obj} | *flip {obj} open | *raise the lid of {obj}",
        "*fold back the lid of {obj}",
    ),
    ("box", "close"): group(
        "*close the lid of {obj} | *put down the lid of {obj} | *flip {obj} shut",
        "*lower the lid of {obj}",
    ),
    ("teapot", "open"): group("*lift the lid of {obj} | *open the lid of {obj}", "*take up the lid of {obj}"),
    ("teapot", "close"): group("*close the lid of {obj} | *put down the lid of {obj}", "*lower the lid of {obj}"),
    ("teapot", "pour"): group(
        "*pour tea from {obj} | *pour some tea out of {obj} | *pick up {obj} and *pour tea",
        "*serve tea from {obj}",
    ),
    ("waffle iron", "open"): group("*open the top of {obj} | *lift the top of {obj}", "*fold up the top of {obj}"),
    ("waffle iron", "close"): group(
        "*close the top of {obj} | *fold down the top of {obj}",
        "*lower the top of {obj}",
    ),
    ("waffle iron", "use"): group("*make a waffle with {obj} | *bake a waffle in {obj}", "*make waffles using {obj}"),
    ("machine", "use"): group(
        "*make coffee with {obj} | *brew a coffee with {obj} | *make an espresso with {obj}",
        "*get a coffee from {obj}",
    ),
    ("machine", "switch on"): group("*start {obj} | *turn on {obj} to make coffee", "*get {obj} going"),
    ("machine", "open"): group("*open the lever of {obj} | *raise the lever of {obj}", "*pull up the lever of {obj}"),
    ("machine", "close"): group(
        "*close the lever of {obj} | *push the lever of {obj} down",
        "*lower the lever of {obj}",
    ),
    ("mixer", "use"): group(
        "*mix with {obj} | *mix some dough with {obj} | *stir with {obj}",
        "*whip cream with {obj}",
    ),
    ("mixer", "open"): group("*lift the head of {obj} | *tilt the head of {obj} up", "*raise the head of {obj}"),
    ("mixer", "close"): group(
        "*put down the head of {obj} | *tilt the head of {obj} down",
        "*lower the head of {obj}",
    ),
    ("flute", "play"): group(
        "*play {obj} | *play music on {obj} | *play a tune on {obj} | *blow into {obj} |"
        "*pick up {obj} and *play a tune",
        "*make music with {obj}",
    ),
    ("game controller", "play"): group(
        "*play a game with {obj} | *play a video game with {obj} | *pick up {obj} and *play a game | *game with {obj}",
        "*enjoy a video game with {obj}",
    ),
    ("game controller", "use"): group(
        "*play a game with {obj} | *press the buttons of {obj}",
        "*enjoy a video game with {obj}",
    ),
    ("piggy bank", "use"): group(
        "*put a coin into {obj} | *save money in {obj} | *drop a coin into {obj}",
        "*feed a coin to {obj}",
    ),
    ("piggy bank", "shake"): group(
        "*rattle the coins in {obj} | *shake the coins in {obj}",
        "*jingle the coins in {obj}",
    ),
    ("mouse", "use"): group(
        "*click with {obj} | *move the cursor with {obj} | *click the button of {obj}",
        "*scroll with {obj}",
    ),
    ("mouse", "press"): group(
        "*click {obj} | *click with {obj} | *click the button of {obj}",
        "*make a click with {obj}",
    ),
    ("mouse", "tap"): group(
        "*click {obj} | *click with {obj} | *click the button of {obj}",
        "*make a click with {obj}",
    ),
    ("light bulb", "use"): group("*screw in {obj} | *turn {obj} into the socket", "*twist {obj} into the socket"),
    ("light bulb", "screw"): group(
        "*screw in {obj} | *screw {obj} in | *turn {obj} into the socket | *screw {obj} into the lamp |"
        "*take {obj} and *screw {it} in",
        "*twist {obj} into the socket",
    ),
    ("airplane", "fly"): group(
        "*fly {obj} like a plane | *make {obj} take off | *pilot {obj}",
        "*make {obj} cruise through the air",
    ),
    ("airplane", "play"): group("*fly {obj} | *make {obj} fly", "*let {obj} soar"),
    ("train", "play"): group(
        "*drive {obj} along | *make {obj} roll | *roll {obj} over the table",
        "*let {obj} travel along the table",
    ),
    ("train", "push"): group("*roll {obj} along | *drive {obj} over the table", "*get {obj} rolling"),
    ("lemon", "squeeze"): group("*squeeze the juice out of {obj} | *squeeze some juice from {obj}", "*juice {obj}"),
    ("duck", "squeeze"): group("*make {obj} squeak", "*get {obj} to squeak"),
    ("keyboard", "use"): group(
        "*type on {obj} | *type something on {obj} | *work on {obj} | *type a letter on {obj}",
        "*write on {obj}",
    ),
    ("keyboard", "tap"): group(
        "*type on {obj} | *hit a key of {obj} | *type something on {obj}",
        "*strike a key of {obj}",
    ),
    ("touchpad", "use"): group(
        "*move the cursor on {obj} | *work on {obj} | *use the touchpad of {obj}",
        "*guide the cursor on {obj}",
    ),
    ("screen", "tap"): group("*touch the screen of {obj} | *tap on the screen of {obj}", "*poke the screen of {obj}"),
    ("phone", "see"): group(
        "*look at {obj} | *look at the screen of {obj} | *hold {obj} in front of the face | *see what is on {obj}",
        "*peer at the screen of {obj}",
    ),
    ("mirror", "see"): group(
        "*look into {obj} | *look in {obj} | *hold {obj} in front of the face | *check the face in {obj}",
        "*gaze into {obj}",
    ),
    ("mirror", "use"): group("*look into {obj} | *look in {obj} | *check the face in {obj}", "*gaze into {obj}"),
    ("eyeglasses", "see"): group(
        "*look through {obj} | *see through {obj} | *hold {obj} before the eyes",
        "*peer through {obj}",
    ),
    ("binoculars", "set"): group(
        "*focus {obj} | *adjust the focus of {obj} | *turn the wheel of {obj} | *set the focus of {obj}",
        "*sharpen the focus of {obj}",
    ),
    ("jar", "screw"): group(
        "*screw the lid of {obj} | *turn the lid of {obj} | *twist the lid of {obj} |"
        "*reach for {obj} and *turn the lid",
        "*work the lid of {obj} round",
    ),
    ("bottle", "screw"): group(
        "*screw the cap of {obj} | *turn the cap of {obj} | *twist the cap of {obj} |"
        "*reach for {obj} and *turn the cap",
        "*work the cap of {obj} round",
    ),
    ("spoon", "eat"): group(
        "*eat with {obj} | *eat something with {obj} | *take a bite with {obj} | *bring {obj} to the mouth |"
        "*take {obj} and *eat | *use {obj} to eat",
        "*have a meal with {obj}",
    ),
    ("spoon", "use"): group("*eat with {obj} | *take a bite with {obj}", "*have a meal with {obj}"),
    ("pen", "use"): group(
        "*write with {obj} | *write something with {obj} | *draw with {obj} | *take {obj} and *write",
        "*sign a letter with {obj}",
    ),
    ("comb", "brush"): group(
        "*comb the hair with {obj} | *comb with {obj} | *brush the hair with {obj} | *pick up {obj} and *comb the hair",
        "*groom the hair with {obj}",
    ),
    ("comb", "use"): group("*comb the hair with {obj} | *comb with {obj}", "*groom the hair with {obj}"),
    ("calculator", "use"): group(
        "*calculate with {obj} | *type a number into {obj} | *work out a sum with {obj}",
        "*add up some numbers on {obj}",
    ),
    ("remote control", "use"): group(
        "*change the channel with {obj} | *point {obj} | *use {obj} for the television",
        "*zap with {obj}",
    ),
    ("remote control", "browse"): group(
        "*browse the channels with {obj} | *flick through the channels with {obj} | *change the channel with {obj}",
        "*zap with {obj}",
    ),
    ("mouse", "browse"): group(
        "*scroll the page with {obj} | *turn the wheel of {obj} | *browse with {obj} | *browse the web with {obj}",
        "*scroll with {obj}",
    ),
    ("light switch", "switch on"): group(
        "*turn on the light with {obj} | *turn {obj} on | *switch on the light with {obj} | *switch {obj} on |"
        "*press {obj} to turn on the light",
        "*put on the light with {obj}",
    ),
    ("light switch", "switch off"): group(
        "*turn off the light with {obj} | *turn {obj} off | *switch off the light with {obj} | *switch {obj} off |"
        "*press {obj} to turn off the light",
        "*put off the light with {obj}",
    ),
    ("light switch", "press"): group("*press {obj} | *push {obj} | *flip {obj}", "*flick {obj}"),
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
