/* The desk: questions, paper, keys. */

import "./desk.js";
import "./paper.js";
import "./keys.js";
