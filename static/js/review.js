/* The desk: questions, paper, keys. */

import "./claim.js";
import "./desk.js";
import "./paper.js";
import "./keys.js";
import "./lines.js";
