/* Handing in without HTTP: see intake_submit() in intake.h. */
#ifndef INTAKE_HAND_IN_H
#define INTAKE_HAND_IN_H

struct intake;

/* Whatever is not in the queue yet is refused now. */
void hand_in_end_all(struct intake *intake);

#endif
