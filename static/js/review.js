/* The desk: questions, paper, keys. */

import "./claim.js";
import "./ahead.js";
import "./decide.js";
import "./desk.js";
import "./paper.js";
import "./keys.js";
import "./lines.js";
